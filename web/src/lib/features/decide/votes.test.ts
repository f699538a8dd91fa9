import { expect, test } from 'vitest';
import type { DecisionView } from '$lib/api/types';
import { withVotes } from './votes';

const VIEW = {
  votes: [
    { candidate_id: 'a', verdict: 'reject', stars: null },
    { candidate_id: 'b', verdict: null, stars: 3 },
  ],
} as unknown as DecisionView;

test('what was given here lies over what the server knows, and the later one counts', () => {
  const { votes } = withVotes(VIEW, [
    ['a', { verdict: 'approve', stars: null }],
    ['c', { verdict: null, stars: 1 }],
    ['a', { verdict: 'approve', stars: 5 }],
  ]);
  expect(Object.fromEntries(votes.map((one) => [one.candidate_id, one.stars]))).toEqual({
    a: 5,
    b: 3,
    c: 1,
  });
  expect(votes.find((one) => one.candidate_id === 'a')?.verdict).toBe('approve');
});

test('a page with nothing on the way shows what was told', () => {
  expect(withVotes(VIEW, [])).toBe(VIEW);
});
