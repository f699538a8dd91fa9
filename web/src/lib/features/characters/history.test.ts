import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../api/types';
import { linesOf, newsSince } from './history';

let seq = 0;
function entry(change: Record<string, unknown>, actor: string | null = 'u1'): HistoryEntry {
  seq += 1;
  return { seq, at: '2026-01-01T00:00:00Z', actor_id: actor, event: 'server:x', change };
}
const texts = (...entries: HistoryEntry[]) => linesOf(entries).map((line) => line.text);

describe('the history in sentences', () => {
  it('says what changed, with both values', () => {
    const [line] = linesOf([
      entry({
        verb: 'changed',
        fields: { trigger_word: ['a', 'b'], tags: [[], ['crew', 'night']] },
      }),
    ]);
    expect(line?.text).toBe('changed the trigger word, tags');
    expect(line?.changes).toEqual([
      { field: 'trigger word', before: 'a', after: 'b' },
      { field: 'tags', before: 'nothing', after: 'crew, night' },
    ]);
  });

  it('makes one line of pictures that one person added in a row', () => {
    const added = (name: string, actor = 'u1') => entry({ verb: 'added picture', name }, actor);
    const lines = linesOf([added('a'), added('b'), added('c', 'u2'), entry({ verb: 'created' })]);
    expect(lines.map((line) => [line.actorId, line.text])).toEqual([
      ['u1', 'added 2 pictures'],
      ['u2', 'added picture c'],
      ['u1', 'created the character'],
    ]);
    expect(lines[0]?.names).toEqual(['a', 'b']);
  });

  it('gives the end of a training to the machine', () => {
    const [line] = linesOf([entry({ verb: 'training succeeded' })]);
    expect(line).toMatchObject({ actorId: null, text: 'finished the training' });
  });

  it('reads reviews', () => {
    expect(
      texts(
        entry({ verb: 'reviewed', picture: 'Happy', verdict: 'approved' }),
        entry({ verb: 'reviewed', picture: 'Happy', verdict: null }),
        entry({ verb: 'reviewed', picture: 'Happy', starred: true }),
        entry({ verb: 'generated', count: 23 }),
        entry({ verb: 'replaced picture', picture: 'Happy' }),
      ),
    ).toEqual([
      'approved Happy',
      'took back the verdict on Happy',
      'starred Happy',
      'asked for 23 pictures',
      'replaced picture Happy',
    ]);
  });

  it('reads what people and the measure said of likeness', () => {
    const said = (before: string | null, after: string | null) =>
      entry({ verb: 'judged likeness', picture: 'Happy', fields: { judgement: [before, after] } });
    const lines = linesOf([
      said(null, 'not_same'),
      said('not_same', null),
      entry({ verb: 'went off model', picture: 'Happy' }),
      entry({ verb: 'snoozed alert', picture: 'Happy', reason: 'a wig' }),
      entry({ verb: 'closed alert', picture: 'Happy' }, null),
      entry({ verb: 'chose golden set', fields: { pictures: [0, 8] } }),
      entry({ verb: 'finished golden set', number: 2 }),
    ]);
    expect(lines.map(({ actorId, text }) => `${actorId ?? 'OnModel'} ${text}`)).toEqual([
      'u1 said that Happy is somebody else',
      'u1 took back what was said of Happy',
      'OnModel found Happy off model',
      'u1 put the alert on Happy to sleep: a wig',
      'OnModel closed the alert on Happy',
      'u1 chose 8 pictures as the golden set',
      'OnModel finished run 2 of the golden set',
    ]);
    expect(lines.every(({ changes }) => changes.length === 0)).toBe(true);
  });

  it('is never silent about a verb that it does not know', () => {
    expect(texts(entry({ verb: 'cloned' }), entry({}))).toEqual(['cloned', 'changed']);
  });
});

describe('what is told of others', () => {
  it('is what nothing else tells, and neither ours nor known', () => {
    const known = entry({ verb: 'changed', fields: { name: ['A', 'B'] } });
    const fresh = [
      entry({ verb: 'went back', to: 3, parts: ['the description'] }),
      entry({ verb: 'changed', fields: { name: ['B', 'C'] } }),
      entry({ verb: 'changed', fields: { description: ['a', 'b'] } }),
      entry({ verb: 'left note', picture: 'Happy', note: 'x' }),
      entry({ verb: 'changed', fields: { tier: [1, 2] } }, 'me'),
      entry({ verb: 'training succeeded' }),
    ];
    const news = newsSince(known.seq, [...fresh, known], 'me');
    expect(news.map(({ line, wentBack }) => [line.text, wentBack])).toEqual([
      ['took the description back from version 3', true],
      ['changed the name', false],
    ]);
  });
});
