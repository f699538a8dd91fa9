import { describe, expect, it } from 'vitest';
import { joined, markOfLine, pieceOf, pointsOf, type Line, type Spot } from './stroke';

const line = (points: Spot[], over: Partial<Line> = {}): Line => ({
  id: 'stroke-1',
  kind: 'freehand',
  points,
  ...over,
});

describe('pieceOf and joined', () => {
  it('say only what is new, and give the line again', () => {
    const before = line([[0, 0], [0.1, 0.1]]); // prettier-ignore
    const after = line([[0, 0], [0.1, 0.1], [0.2, 0.2]]); // prettier-ignore
    const piece = pieceOf(after, before);
    expect(piece).toMatchObject({ keep: 2, points: [[0.2, 0.2]] });
    expect(joined(before, piece)).toEqual(after);
  });

  it('move the end of a box without its start', () => {
    const before = line([[0, 0], [0.1, 0.1]], { kind: 'box' }); // prettier-ignore
    const after = line([[0, 0], [0.3, 0.2]], { kind: 'box' }); // prettier-ignore
    expect(pieceOf(after, before)).toMatchObject({ keep: 1, points: [[0.3, 0.2]] });
    expect(joined(before, pieceOf(after, before))).toEqual(after);
  });

  it('begin anew with another stroke or another kind', () => {
    const before = line([[0, 0]]);
    expect(pieceOf(line([[0, 0]], { id: 'stroke-2' }), before).keep).toBe(0);
    expect(pieceOf(line([[0, 0]], { kind: 'box' }), before).keep).toBe(0);
    expect(joined(before, pieceOf(line([[0.5, 0.5]], { kind: 'box' }), null)).points).toEqual([
      [0.5, 0.5],
    ]);
  });

  it('give any walk of a hand again, piece by piece, also when one was lost', () => {
    let shown: Line | null = null;
    let told: Line | null = null;
    const walk: Spot[] = [];
    for (let step = 0; step < 300; step += 1) {
      walk.push([step / 300, (step * 7919) % 1]);
      const now = line([...walk]);
      const piece = pieceOf(now, told);
      told = now;
      if (step !== 100) shown = joined(shown, piece);
    }
    expect(shown?.points).toHaveLength(299);
    expect(shown?.points.at(-1)).toEqual(walk.at(-1)?.map((at) => Math.round(at * 1e4) / 1e4));
  });
});

describe('pointsOf and markOfLine', () => {
  it('turn every kind of mark into a line and back', () => {
    const marks = [
      { kind: 'point', at: [0.1, 0.2] },
      { kind: 'box', start: [0, 0], end: [1, 1] },
      { kind: 'arrow', start: [0.5, 0], end: [0, 0.5] },
      { kind: 'freehand', points: [[0, 0], [0.1, 0], [0.2, 0]] }, // prettier-ignore
    ] as const;
    for (const mark of marks) {
      const copy = structuredClone(mark) as never as Parameters<typeof pointsOf>[0];
      expect(markOfLine(line(pointsOf(copy), { kind: mark.kind }))).toEqual(mark);
    }
  });

  it('has no mark without a point', () => {
    expect(markOfLine(line([]))).toBeNull();
    expect(markOfLine(line([[0.5, 0.5]]))).toEqual({ kind: 'point', at: [0.5, 0.5] });
  });
});
