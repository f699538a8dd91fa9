import { describe, expect, it } from 'vitest';
import { fit, movedTo, seenOf } from './view';

describe('seenOf and movedTo', () => {
  it('show the same part in a window of another size and shape', () => {
    const [wide, tall] = [fit(1200, 600, 0.8), fit(300, 700, 0.8)];
    const seen = seenOf({ scale: 4, x: 240, y: -480 }, wide);
    expect(seen).toEqual({ zoom: 4, middle: [0.375, 0.7] });
    const there = movedTo(seen, tall);
    expect(seenOf(there, tall)).toEqual(seen);
    expect(there.scale).toBe(4);
    expect(there.x).toBeCloseTo(150);
  });

  it('is the whole picture without a zoom', () => {
    const fitted = fit(100, 100, 1);
    expect(seenOf({ scale: 1, x: 0, y: 0 }, fitted)).toEqual({ zoom: 1, middle: [0.5, 0.5] });
    expect(movedTo({ zoom: 1, middle: [0.2, 0.2] }, fitted)).toEqual({ scale: 1, x: 0, y: 0 });
  });

  it('stays within what the server takes, however far somebody dragged', () => {
    const seen = seenOf({ scale: 2, x: 9e6, y: -9e6 }, fit(100, 100, 1));
    expect(seen.middle).toEqual([-1, 2]);
  });
});

describe('fit', () => {
  it('puts a picture into the middle of its box', () => {
    expect(fit(200, 100, 1)).toEqual({ left: 50, top: 0, across: 100, down: 100 });
    expect(fit(100, 200, 2)).toEqual({ left: 0, top: 75, across: 100, down: 50 });
  });
});
