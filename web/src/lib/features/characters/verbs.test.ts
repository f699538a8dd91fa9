/** Whatever the server writes into a character's history reads as a sentence. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesOf } from './history';

const SERVER = join(import.meta.dirname, '../../../../../src/onmodel');
/** The packages that record changes of a character; others record changes of a project. */
const PACKAGES = [
  'characters',
  'training',
  'variations',
  'review',
  'notes',
  'decisions',
  'versions',
];

const picture = 'Happy';
/** What the server records with each verb, and how it reads. */
const SENTENCES: Record<string, [Record<string, unknown>, string]> = {
  created: [{}, 'created the character'],
  changed: [{ fields: { tier: ['extra', 'hero'] } }, 'changed the tier'],
  removed: [{}, 'removed the character'],
  restored: [{}, 'restored the character'],
  'added picture': [{ name: 'front' }, 'added picture front'],
  'removed picture': [{ name: 'front' }, 'removed picture front'],
  'restored picture': [{ name: 'front' }, 'restored picture front'],
  'chose base face': [{ name: 'front' }, 'chose base face front'],
  'started training': [{}, 'started training'],
  'training succeeded': [{}, 'finished the training'],
  'training failed': [{}, 'could not finish the training'],
  'training cancelled': [{}, 'stopped the training'],
  generated: [{ count: 2 }, 'asked for 2 pictures'],
  'replaced picture': [{ picture }, 'replaced picture Happy'],
  'kept picture': [{ picture }, 'kept picture Happy'],
  reviewed: [{ picture, verdict: 'approved' }, 'approved Happy'],
  'judged likeness': [
    { picture, fields: { judgement: [null, 'same'] } },
    'said that Happy is the same character',
  ],
  'went off model': [{ picture }, 'found Happy off model'],
  'alert awake': [{ picture }, 'woke the alert on Happy'],
  'snoozed alert': [{ picture, reason: 'a wig' }, 'put the alert on Happy to sleep: a wig'],
  'closed alert': [{ picture }, 'closed the alert on Happy'],
  'reopened alert': [{ picture }, 'opened the alert on Happy again'],
  'chose golden set': [{ fields: { pictures: [0, 8] } }, 'chose 8 pictures as the golden set'],
  'left note': [{ picture, note: 'Ears' }, 'wrote on Happy: Ears'],
  'answered note': [{ picture, note: 'Yes' }, 'answered on Happy: Yes'],
  'changed note': [{ picture, note: 'Ears' }, 'changed a note on Happy: Ears'],
  'resolved note': [{ picture, note: 'Ears' }, 'settled on Happy: Ears'],
  'reopened note': [{ picture, note: 'Ears' }, 'opened again on Happy: Ears'],
  'removed note': [{ picture, note: 'Ears' }, 'removed from Happy: Ears'],
  'brought note back': [{ picture, note: 'Ears' }, 'brought back on Happy: Ears'],
  'ran golden set': [{ number: 2 }, 'started run 2 of the golden set'],
  'asked the team': [{ name: 'Which?' }, 'asked the team: Which?'],
  'asked for votes': [{ name: 'Which?' }, 'asked for votes: Which?'],
  'suggested picture': [{ name: 'Which?' }, 'suggested a picture: Which?'],
  'brought picture': [{ picture }, 'brought a picture for Happy'],
  'changed decision': [{ name: 'Which?' }, 'changed the rules: Which?'],
  decided: [{ picture, name: 'Which?' }, 'decided Happy: Which?'],
  voted: [{ name: 'Which?' }, 'voted: Which?'],
  commented: [{ name: 'Which?', comment: 'Ears' }, 'commented on “Which?”: Ears'],
  'changed comment': [{ name: 'Which?', comment: 'Ears' }, 'changed a comment on “Which?”: Ears'],
  'reopened decision': [{ name: 'Which?' }, 'opened again: Which?'],
  'went back': [
    { to: 3, parts: ['the name', 'Happy'] },
    'took the name and Happy back from version 3',
  ],
  'named version': [{ number: 3, name: 'Locked' }, 'named version 3 “Locked”'],
  'voting ended': [{ name: 'Which?' }, 'ended voting: Which?'],
  'finished golden set': [{ number: 2 }, 'finished run 2 of the golden set'],
};

/** Verbs stand as literals, go through `_tell_handled`, or name how a training ended. */
function recordedVerbs(): Set<string> {
  const verbs = new Set<string>();
  for (const name of PACKAGES) {
    const folder = join(SERVER, name);
    for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.py'))) {
      const source = readFileSync(join(folder, file), 'utf8');
      for (const [, verb] of source.matchAll(/"verb": "([^"]+)"/g)) verbs.add(verb ?? '');
      for (const [, verb] of source.matchAll(/_tell_handled\(uow, \w+, \w+, "([^"]+)"/g))
        verbs.add(verb ?? '');
      if (source.includes('verb=f"training {'))
        for (const end of ['succeeded', 'failed', 'cancelled']) verbs.add(`training ${end}`);
    }
  }
  return verbs;
}

describe('every verb that the server records', () => {
  it('is one of these, and each of these is recorded', () => {
    expect([...recordedVerbs()].sort()).toEqual(Object.keys(SENTENCES).sort());
  });

  it.each(Object.entries(SENTENCES))('“%s” is a sentence', (verb, [change, sentence]) => {
    const at = '2026-01-01T00:00:00Z';
    const [line] = linesOf([
      { seq: 1, at, actor_id: 'u1', event: 'server:x', change: { verb, ...change } },
    ]);
    expect(line?.text).toBe(sentence);
  });
});
