import { describe, expect, it } from 'vitest';
import { bandOf, cellText, moveCell, pairOf, pairsByLikeness } from './heat';

describe('the picture-by-picture table', () => {
  it('never says 100 of what is not certain', () => {
    expect(cellText(0.9991)).toBe('99');
    expect(cellText(1)).toBe('99');
    expect(bandOf(0.9991)).toBe('alike');
    expect(bandOf(0.5)).toBe('unsure');
    expect(bandOf(0.1)).toBe('apart');
  });

  it('moves inside its edges', () => {
    expect(moveCell('ArrowRight', { row: 1, column: 1 }, 3, false)).toEqual({ row: 1, column: 2 });
    expect(moveCell('ArrowRight', { row: 1, column: 2 }, 3, false)).toBeNull();
    expect(moveCell('End', { row: 1, column: 0 }, 3, false)).toEqual({ row: 1, column: 2 });
    expect(moveCell('Home', { row: 1, column: 2 }, 3, true)).toEqual({ row: 0, column: 0 });
    expect(moveCell('a', { row: 1, column: 2 }, 3, true)).toBeNull();
  });

  it('lists each pair once, the least alike first', () => {
    const matrix = [
      [1, 0.9, 0.2],
      [0.9, 1, 0.6],
      [0.2, 0.6, 1],
    ];
    const pairs = pairsByLikeness(['a', 'b', 'c'], matrix).map((pair) => pair.left + pair.right);
    expect(pairs).toEqual(['ac', 'bc', 'ab']);
  });

  it('reads a pair from a link, and nothing else', () => {
    expect(pairOf('a,b')).toEqual(['a', 'b']);
    expect(pairOf('a')).toBeNull();
    expect(pairOf('a,b,c')).toBeNull();
    expect(pairOf(null)).toBeNull();
  });
});
