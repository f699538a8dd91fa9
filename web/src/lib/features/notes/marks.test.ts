import { describe, expect, it } from 'vitest';
import { anchorOf, inside, markOf, MOST_POINTS, pathOf, type Spot } from './marks';

describe('markOf', () => {
  it('takes a drag as the tool means it', () => {
    const trail: Spot[] = [
      [0.2, 0.2],
      [0.4, 0.3],
      [0.6, 0.5],
    ];
    expect(markOf('box', trail)).toEqual({ kind: 'box', start: [0.2, 0.2], end: [0.6, 0.5] });
    expect(markOf('arrow', trail)).toEqual({ kind: 'arrow', start: [0.2, 0.2], end: [0.6, 0.5] });
    expect(markOf('freehand', trail)).toEqual({ kind: 'freehand', points: trail });
    expect(markOf('point', trail)).toEqual({ kind: 'point', at: [0.6, 0.5] });
  });

  it('takes a click for a point, whatever the tool', () => {
    for (const tool of ['box', 'arrow', 'freehand', 'point'] as const)
      expect(markOf(tool, [[0.3, 0.4]])).toEqual({ kind: 'point', at: [0.3, 0.4] });
  });

  it('keeps a very long line within what the server takes, with both its ends', () => {
    const trail = Array.from({ length: 9001 }, (_, n): Spot => [n / 9001, 0.5]);
    const mark = markOf('freehand', trail);
    if (mark.kind !== 'freehand') throw new Error('not a line');
    expect(mark.points.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(mark.points[0]).toEqual(trail[0]);
    expect(mark.points.at(-1)).toEqual(trail.at(-1));
  });
});

describe('a mark on the page', () => {
  it('stays inside of the picture', () => {
    expect(inside([-0.2, 1.4])).toEqual([0, 1]);
  });

  it('has its number at its beginning', () => {
    expect(anchorOf({ kind: 'box', start: [0.6, 0.2], end: [0.2, 0.5] })).toEqual([0.2, 0.2]);
    expect(anchorOf({ kind: 'arrow', start: [0.9, 0.9], end: [0.2, 0.5] })).toEqual([0.9, 0.9]);
  });

  it('is a path', () => {
    expect(pathOf({ kind: 'box', start: [0, 0], end: [1, 0.5] }, 1)).toBe('M0 0H1V0.5H0Z');
    expect(
      pathOf(
        {
          kind: 'freehand',
          points: [
            [0, 0],
            [0.5, 1],
          ],
        },
        1,
      ),
    ).toBe('M0 0L0.5 1');
    expect(pathOf({ kind: 'arrow', start: [0, 0.5], end: [1, 0.5] }, 1)).toMatch(/^M0 0.5L1 0.5M/);
  });
});
