import { beforeEach, expect, it } from 'vitest';
import { offlineProblem, Problem } from '../../api/problem';
import type { PairShown, Schemas } from '../../api/types';
import { PairDesk } from './pair-desk.svelte';

const two = (left_id: string, right_id: string) => ({ left_id, right_id });
const first: PairShown = {
  ...two('a', 'b'),
  answered: 0,
  enough: 3,
  ahead: [two('c', 'a'), two('b', 'c')],
};

let told: (PairShown | null | Problem)[];
let lands: boolean;
let given: Schemas['PairWrite'][];
let done: number;

function desk(): PairDesk {
  return new PairDesk(
    {
      nextPair: () => {
        const next = told.shift() ?? null;
        return next instanceof Problem ? Promise.reject(next) : Promise.resolve(next);
      },
      compare: (pair) => {
        given.push(pair);
        return Promise.resolve(lands);
      },
    },
    () => (done += 1),
  );
}

beforeEach(() => {
  told = [first];
  lands = true;
  given = [];
  done = 0;
});

it('asks the server after each answer that arrived', async () => {
  const here = desk();
  told.push({ ...two('b', 'c'), answered: 1, enough: 3, ahead: [] }, null);
  await here.next();
  await here.answer('right');
  expect(given).toEqual([{ ...two('a', 'b'), winner_id: 'b' }]);
  expect(here.pair?.left_id).toBe('b');
  await here.answer(null);
  expect([here.pair, here.dry, done]).toEqual([null, false, 1]);
});

it('goes on without a network, and asks again when all has arrived', async () => {
  const here = desk();
  await here.next();
  lands = false;
  await here.answer('left');
  expect(here.pair).toMatchObject({ ...two('c', 'a'), answered: 1, enough: 3 });
  await here.resume();
  expect(here.pair?.left_id).toBe('c');
  await here.answer('left');
  await here.answer('left');
  expect([here.pair, here.dry, done]).toEqual([null, true, 0]);
  expect(given).toHaveLength(3);
  told = [null];
  await here.resume();
  expect([here.dry, done]).toEqual([false, 1]);
});

it('goes on when the network went between an answer and the next question', async () => {
  const here = desk();
  await here.next();
  told = [offlineProblem()];
  await here.answer('left');
  expect(here.pair?.left_id).toBe('c');
  expect(here.problem).toBeNull();
});

it('shows what the server refuses, and keeps the pair', async () => {
  const here = desk();
  await here.next();
  told = [new Problem(409, { code: 'voting_over', detail: 'It is over.' })];
  await here.answer('left');
  expect(here.problem?.message).toBe('It is over.');
});
