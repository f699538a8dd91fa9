import { describe, expect, it } from 'vitest';
import { item, variation } from '../../../../tests/unit/records';
import type { ChangePoint } from '../../api/types';
import { beforeChange, changeTitle, stopsOf, stretchesOf, sureness } from './timeline';

const ranks: [string, number | null][] = [
  ['a', 80],
  ['b', 60],
  ['c', null],
  ['d', 20],
  ['e', 10],
];
const items = ranks.map(([id, fidelity]) => item({ variation: variation({ id, fidelity }) }));
const change: ChangePoint = {
  variation_id: 'd',
  mean_before: 0.99,
  mean_after: 0.99,
  fidelity_before: 70,
  fidelity_after: 15,
  p_value: 0.01,
  changed: [],
};
const drift = {
  order: 'time' as const,
  variation_ids: ['a', 'b', 'c', 'gone', 'd', 'e'],
  changes: [change],
};

describe('the timeline', () => {
  const stops = stopsOf(drift, items, 'rank');

  it('keeps the order of the server and leaves out what is not there any more', () => {
    expect(stops.map((stop) => stop.item.variation.id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(stops.map((stop) => stop.height)).toEqual([0.8, 0.6, null, 0.2, 0.1]);
  });

  it('draws the mean of each stretch over those that could be judged', () => {
    const [first, second] = stretchesOf(stops, drift.changes);
    expect(first).toMatchObject({ from: 0, to: 2 });
    expect(first?.mean).toBeCloseTo(0.7);
    expect(second).toMatchObject({ from: 3, to: 4 });
    expect(second?.mean).toBeCloseTo(0.15);
  });

  it('shows the last judged picture before the change', () => {
    expect(beforeChange(stops, change)?.item.variation.id).toBe('b');
  });

  it('speaks of ranks where the probability hides the change', () => {
    expect(changeTitle(change)).toBe('Likeness fell from rank 70 to 15 of 100');
    expect(changeTitle({ ...change, mean_after: 0.4 })).toBe(
      'Likeness fell from 99 % to 40 %, from rank 70 to 15 of 100',
    );
    expect(sureness(0.01)).toContain('once in 100 times');
  });
});
