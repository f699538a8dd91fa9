import { describe, expect, it } from 'vitest';
import {
  apply,
  compose,
  contain,
  fitSimilarity,
  IDENTITY,
  lockTo,
  matrix,
  unapply,
  type Landmarks,
  type Point,
  type Similarity,
} from './lock';

const FACE: Landmarks = {
  eye_left: [0.4, 0.4],
  eye_right: [0.6, 0.4],
  nose_tip: [0.5, 0.5],
  mouth_left: [0.43, 0.6],
  mouth_right: [0.57, 0.6],
  chin: [0.5, 0.75],
};
const SIZE = { width: 800, height: 600 };

function near([x, y]: Point, [u, v]: Point): void {
  expect(x).toBeCloseTo(u, 6);
  expect(y).toBeCloseTo(v, 6);
}

/** The same face, moved over a picture of another size. */
function moved(by: Similarity, size: { width: number; height: number }): Landmarks {
  return Object.fromEntries(
    Object.entries(FACE).map(([name, [x = 0, y = 0]]) => {
      const [u, v] = apply(by, [x * SIZE.width, y * SIZE.height]);
      return [name, [u / size.width, v / size.height]];
    }),
  );
}

describe('the face lock', () => {
  it.each([
    { a: 1, b: 0, x: 0, y: 0 },
    { a: 0.5, b: 0.1, x: 300, y: -40 },
    { a: -0.2, b: 1.4, x: 12, y: 600 },
  ])('finds the move, turn and scale that was made: %o', (by) => {
    const size = { width: 1024, height: 512 };
    const found = lockTo(moved(by, size), size, FACE, SIZE);
    expect(found).not.toBeNull();
    // back again: every feature lies under the same pixel, the chin too
    for (const [name, [x = 0, y = 0]] of Object.entries(FACE)) {
      const [u = 0, v = 0] = moved(by, size)[name] ?? [];
      near(apply(found ?? IDENTITY, [u * size.width, v * size.height]), [
        x * SIZE.width,
        y * SIZE.height,
      ]);
    }
  });

  it('keeps the eyes in place when only the chin drops', () => {
    const open = { ...FACE, chin: [0.5, 0.9] };
    const found = lockTo(open, SIZE, FACE, SIZE) ?? IDENTITY;
    near(apply(found, [320, 240]), [320, 240]);
  });

  it('is nearest in the least-squares sense when no similarity fits', () => {
    const from: Point[] = [
      [0, 0],
      [2, 0],
      [0, 2],
      [2, 2],
    ];
    const to: Point[] = [
      [0, 0],
      [2, 0],
      [0, 4],
      [2, 4],
    ];
    const miss = (by: Similarity) =>
      from.reduce((sum, point, index) => {
        const [x, y] = apply(by, point);
        const [u, v] = to[index] ?? [0, 0];
        return sum + (x - u) ** 2 + (y - v) ** 2;
      }, 0);
    const best = fitSimilarity(from, to) ?? IDENTITY;
    for (const nudge of [0.01, -0.01])
      for (const key of ['a', 'b', 'x', 'y'] as const)
        expect(miss({ ...best, [key]: best[key] + nudge })).toBeGreaterThan(miss(best));
  });

  it('says when there is nothing to lock to', () => {
    expect(lockTo(null, SIZE, FACE, SIZE)).toBeNull();
    expect(lockTo(FACE, SIZE, null, SIZE)).toBeNull();
    expect(lockTo({ eye_left: [0.1, 0.1] }, SIZE, FACE, SIZE)).toBeNull();
    const onePlace = { eye_left: [0.5, 0.5], eye_right: [0.5, 0.5] };
    expect(lockTo(onePlace, SIZE, FACE, SIZE)).toBeNull();
  });
});

describe('the way to the screen', () => {
  it('shows the whole picture in the middle', () => {
    const by = contain({ width: 200, height: 100 }, { width: 100, height: 100 });
    near(apply(by, [0, 0]), [0, 25]);
    near(apply(by, [200, 100]), [100, 75]);
  });

  it('composes from the inside out', () => {
    const inner = { a: 2, b: 0, x: 1, y: 0 };
    const outer = { a: 0, b: 1, x: 0, y: 5 };
    near(apply(compose(outer, inner), [3, 4]), apply(outer, apply(inner, [3, 4])));
    expect(matrix(IDENTITY)).toBe('matrix(1.00000, 0.00000, 0.00000, 1.00000, 0.00000, 0.00000)');
  });
});

describe('unapply', () => {
  it('finds the spot of the picture under a spot of the cell, turned and scaled', () => {
    const turned: Similarity = { a: 0.8, b: 0.6, x: 12, y: -7 };
    near(unapply(turned, apply(turned, [120, 340])), [120, 340]);
  });

  it('answers something of a picture that has no size', () => {
    expect(unapply({ a: 0, b: 0, x: 3, y: 4 }, [1, 1])).toEqual([0, 0]);
  });
});
