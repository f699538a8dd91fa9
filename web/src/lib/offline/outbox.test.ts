import { beforeEach, describe, expect, it } from 'vitest';
import { note } from '../../../tests/unit/records';
import { offlineProblem, Problem } from '../api/problem';
import { titleOf, wordsOf, type Change, type What } from './changes';
import { itemOf, ticked } from './layers';
import { Outbox } from './outbox.svelte';
import type { Landed } from './send';
import { MemoryStore } from './store';

const field = (value: string, seen = 'Mara'): What => ({
  kind: 'field',
  characterId: 'c1',
  of: 'Mara',
  field: 'name',
  value,
  seen,
  version: 1,
});
const settle = (noteId: string, resolved = true): What => ({
  kind: 'settle',
  noteId,
  of: 'Angry',
  resolved,
});
const words = (text: string): What => ({
  kind: 'comment',
  decisionId: 'd1',
  of: 'Which?',
  text,
  candidateId: null,
});

let store: MemoryStore;
let sent: Change[];
let answers: (Problem | 'lost' | null)[];
let timers: (() => void)[];
let version: number;

function start(): Outbox {
  return new Outbox({
    store,
    channel: null,
    later: (run) => {
      timers.push(run);
      return () => {
        timers = timers.filter((one) => one !== run);
      };
    },
    send: (change): Promise<Landed> => {
      sent.push(change);
      const answer = answers.shift() ?? null;
      if (answer === 'lost') return Promise.reject(new TypeError('network'));
      if (answer) return Promise.reject(answer);
      version += 1;
      return Promise.resolve({ noun: 'note', record: note({ id: 'n1', version }) });
    },
  });
}

beforeEach(() => {
  store = new MemoryStore();
  sent = [];
  answers = [];
  timers = [];
  version = 1;
});

describe('without a network', () => {
  let outbox: Outbox;
  beforeEach(async () => {
    outbox = start();
    await outbox.open('u1');
    answers = [offlineProblem()];
    outbox.put('p1', settle('first'));
    await outbox.settled();
    expect(outbox.failing).toBe(true);
  });

  it('keeps what is done, in order, and sends it in order', async () => {
    answers = [offlineProblem(), offlineProblem()];
    outbox.put('p1', settle('second'));
    outbox.put('p1', field('Marie'));
    await outbox.settled();
    expect(outbox.waiting).toHaveLength(3);
    answers = [];
    sent = [];
    outbox.hurry();
    await outbox.settled();
    expect(sent.map(({ what }) => titleOf(what))).toEqual([
      'A note settled on Angry',
      'A note settled on Angry',
      'Name of Mara',
    ]);
    expect(outbox.changes).toEqual([]);
    expect(outbox.failing).toBe(false);
    expect(await store.changes('u1')).toEqual([]);
  });

  it('repeats under the same key what may have arrived', async () => {
    answers = ['lost'];
    timers[0]?.();
    await outbox.settled();
    timers.at(-1)?.();
    await outbox.settled();
    expect(new Set(sent.map((change) => change.id)).size).toBe(1);
    expect(sent).toHaveLength(3);
  });

  it('gives all of it to the page that comes next, for the same person', async () => {
    const next = start();
    answers = [offlineProblem()];
    await next.open('u1');
    await next.settled();
    expect(next.waiting.map((change) => change.id)).toEqual(sent.slice(0, 1).map((one) => one.id));
    const stranger = start();
    await stranger.open('u2');
    expect(stranger.changes).toEqual([]);
  });

  it('sends only the last word on one thing, with what was seen first', async () => {
    answers = [offlineProblem()];
    outbox.put('p1', field('One'));
    outbox.put('p1', field('Two', 'One'));
    await outbox.settled();
    const fields = outbox.waiting.filter(({ what }) => what.kind === 'field');
    expect(fields.map(({ what }) => what)).toEqual([field('Two')]);
  });

  it('sends one answer for each two pictures, on whichever sides they stood', async () => {
    const pair = (left_id: string, right_id: string, winner_id: string): What => ({
      kind: 'pair',
      decisionId: 'd1',
      of: 'Which face?',
      pair: { left_id, right_id, winner_id },
    });
    answers = [offlineProblem(), offlineProblem(), offlineProblem()];
    outbox.put('p1', pair('a', 'b', 'a'));
    outbox.put('p1', pair('b', 'a', 'b'));
    outbox.put('p1', pair('a', 'c', 'c'));
    await outbox.settled();
    const pairs = outbox.waiting.filter(({ what }) => what.kind === 'pair');
    expect(pairs.map(({ what }) => what)).toEqual([pair('b', 'a', 'b'), pair('a', 'c', 'c')]);
    expect(pairs.map(({ what }) => titleOf(what))).toEqual([
      'Your comparison: Which face?',
      'Your comparison: Which face?',
    ]);
  });

  it('sends nothing for what was taken back', async () => {
    answers = [offlineProblem(), offlineProblem()];
    outbox.put('p1', field('One'));
    outbox.put('p1', field('Mara', 'One'));
    await outbox.settled();
    expect(outbox.waiting).toHaveLength(1);
  });

  it('leaves alone what may have arrived', async () => {
    answers = [offlineProblem()];
    outbox.put('p1', settle('first', false));
    await outbox.settled();
    expect(outbox.waiting.map(({ what }) => what)).toEqual([
      settle('first'),
      settle('first', false),
    ]);
  });
});

describe('what the server refuses', () => {
  let outbox: Outbox;
  const gone = new Problem(404, { code: 'note_not_found', detail: 'It was removed.', try: 'Ask.' });
  beforeEach(async () => {
    outbox = start();
    await outbox.open('u1');
    answers = [gone];
    outbox.put('p1', words('Longer ears'));
    await outbox.settled();
  });

  it('keeps its words and the reason, and stops nothing', async () => {
    outbox.put('p1', settle('other'));
    await outbox.settled();
    expect(outbox.waiting).toEqual([]);
    const [stuck] = outbox.stuck;
    expect(stuck && wordsOf(stuck.what)).toBe('Longer ears');
    expect(stuck?.refusal).toMatchObject({ message: 'It was removed.', wayOut: 'Ask.' });
    expect(await store.changes('u1')).toHaveLength(1);
  });

  it('is tried again, or discarded, by a person', async () => {
    outbox.again(outbox.stuck[0]?.id ?? '');
    await outbox.settled();
    expect(outbox.changes).toEqual([]);
    answers = [gone];
    outbox.put('p1', words('Again'));
    await outbox.settled();
    outbox.discard(outbox.stuck[0]?.id ?? '');
    await outbox.settled();
    expect(await store.changes('u1')).toEqual([]);
  });
});

it('waits for the owner to sign in again', async () => {
  const outbox = start();
  await outbox.open('u1');
  answers = [new Problem(401, { code: 'not_signed_in', detail: 'Signed out.' })];
  outbox.put('p1', settle('first'));
  await outbox.settled();
  expect(outbox.waiting).toHaveLength(1);
  expect(timers).toEqual([]);
  outbox.close();
  await outbox.open('u1');
  await outbox.settled();
  expect(outbox.changes).toEqual([]);
});

describe('a ticked line', () => {
  const list = '- [ ] hair\n- [ ] ears\n- [ ] nose';

  it('is found by its words where it moved, and no other is ticked', () => {
    expect(ticked(list, { number: 1, done: true, line: 'nose' })).toBe(
      '- [ ] hair\n- [ ] ears\n- [x] nose',
    );
    expect(ticked(list, { number: 1, done: true, line: 'chin' })).toBe(list);
    expect(itemOf(list, 2)).toBe('nose');
  });

  it('goes by its number where an older page kept it without words', () => {
    expect(ticked(list, { number: 1, done: true })).toBe('- [ ] hair\n- [x] ears\n- [ ] nose');
  });
});
