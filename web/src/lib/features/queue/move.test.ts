import { describe, expect, it } from 'vitest';
import { drop, edge, moved, step } from './move';

const ORDER = ['a', 'b', 'c', 'd'];

describe('moving a row', () => {
  it('goes one step up or down, and not over the edge', () => {
    expect(step(ORDER, 'b', -1)).toEqual({ before: 'a' });
    expect(step(ORDER, 'b', 1)).toEqual({ after: 'c' });
    expect(step(ORDER, 'a', -1)).toBeNull();
    expect(step(ORDER, 'd', 1)).toBeNull();
    expect(step(ORDER, 'gone', 1)).toBeNull();
  });

  it('goes to either end', () => {
    expect(edge(ORDER, 'c', 'first')).toEqual({ before: 'a' });
    expect(edge(ORDER, 'c', 'last')).toEqual({ after: 'd' });
    expect(edge(ORDER, 'a', 'first')).toBeNull();
    expect(edge([], 'a', 'last')).toBeNull();
  });

  it('lands above or below the row under the pointer', () => {
    expect(drop(ORDER, 'a', 'c', 'upper')).toEqual({ before: 'c' });
    expect(drop(ORDER, 'd', 'b', 'lower')).toEqual({ after: 'b' });
  });

  it('does nothing when dropped where it is', () => {
    expect(drop(ORDER, 'b', 'b', 'upper')).toBeNull();
    expect(drop(ORDER, 'b', 'a', 'lower')).toBeNull();
    expect(drop(ORDER, 'b', 'c', 'upper')).toBeNull();
  });

  it.each([
    [{ before: 'a' }, ['c', 'a', 'b', 'd']],
    [{ after: 'd' }, ['a', 'b', 'd', 'c']],
    [{ before: 'gone' }, ORDER],
  ])('shows %o at once', (place, expected) => {
    expect(moved(ORDER, 'c', place)).toEqual(expected);
  });
});
