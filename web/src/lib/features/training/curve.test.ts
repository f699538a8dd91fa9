import { describe, expect, it } from 'vitest';
import { describeCurve, grown, joined, lossText, pathOf, placed, type Point } from './curve';

const at = (percent: number, loss: number): Point => ({ percent, loss });
const curve = (...points: [number, number][]) => ({
  label: 'Loss',
  points: points.map(([percent, loss]) => at(percent, loss)),
});

describe('the curve of a training', () => {
  it('draws what is kept, and what has come since', () => {
    const kept = curve([0, 1], [10, 0.5]);
    const live = curve([10, 0.4], [20, 0.25]);
    expect(joined(kept, live)).toEqual(curve([0, 1], [10, 0.5], [20, 0.25]));
    expect(joined(null, live)).toEqual(live);
    expect(joined(kept, undefined)).toEqual(kept);
    expect(joined(null, undefined)).toBeNull();
  });

  it('grows, and begins anew with another try', () => {
    expect(grown(undefined, curve([1, 1]))).toEqual(curve([1, 1]));
    expect(grown(curve([1, 1]), curve([2, 0.5], [3, 0.4]))).toEqual(
      curve([1, 1], [2, 0.5], [3, 0.4]),
    );
    expect(grown(curve([60, 0.1]), curve([1, 1]))).toEqual(curve([1, 1]));
  });

  it('lies on the share of the work, above nothing', () => {
    const box = { width: 200, height: 40 };
    const lies = (...points: [number, number][]) => placed(curve(...points).points, box);
    expect(lies([0, 2], [50, 1], [100, 0.5]).flat()).toEqual([0, 0, 100, 20, 200, 30]);
    expect(lies([0, -1], [100, 1]).flat()).toEqual([0, 40, 200, 0]);
    expect(lies([0, 0], [100, 0]).flat()).toEqual([0, 40, 200, 40]);
    expect(pathOf(lies([0, 2], [50, 1]))).toBe('M0 0L100 20');
  });

  it('says the same in words', () => {
    const { points } = curve([0, 0.4213], [50, 0.03149]);
    expect(describeCurve(points, true)).toBe('0.0315 now, 0.421 at first');
    expect(describeCurve(points, false)).toBe('0.421 at first, 0.0315 at the end');
    expect(describeCurve([], false)).toBe('');
    expect([lossText(1234.5), lossText(2), lossText(1e-9)]).toEqual(['1230', '2', '0']);
  });
});
