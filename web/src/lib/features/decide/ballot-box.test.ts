import { expect, test } from 'vitest';
import type { Ballot } from '$lib/api/types';
import { BallotBox } from './ballot-box.svelte';

const APPROVED: Ballot = { verdict: 'approve', stars: null };
const BOTH: Ballot = { verdict: 'approve', stars: 5 };

test('a second click before the answer builds on the first and is sent after it', async () => {
  const box = new BallotBox();
  const sent: Ballot[] = [];
  let answer = (): void => undefined;
  const first = box.put('b', APPROVED, () => {
    sent.push(APPROVED);
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  await Promise.resolve();
  expect(box.onTheWay.get('b')).toEqual(APPROVED);

  const second = box.put('b', BOTH, () => {
    sent.push(BOTH);
    return Promise.resolve();
  });
  expect(sent).toEqual([APPROVED]);
  answer();
  await first;
  expect(box.onTheWay.get('b')).toEqual(BOTH);
  await second;
  expect(sent).toEqual([APPROVED, BOTH]);
  expect(box.onTheWay.has('b')).toBe(false);
});
