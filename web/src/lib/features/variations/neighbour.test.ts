import { describe, expect, it } from 'vitest';
import { neighbour } from './neighbour';

// Two rows of three and two, then the next section with one.
const PLACES = [
  { left: 0, top: 0 },
  { left: 100, top: 0 },
  { left: 200, top: 2 },
  { left: 0, top: 120 },
  { left: 100, top: 120 },
  { left: 0, top: 300 },
];

describe('moving over the sheet', () => {
  it('starts at the first picture', () => {
    expect(neighbour('next', -1, PLACES)).toBe(0);
    expect(neighbour('next', -1, [])).toBeNull();
    expect(neighbour('down', -1, PLACES)).toBeNull();
  });

  it('reads on over the end of a row, and stops at the ends', () => {
    expect(neighbour('next', 2, PLACES)).toBe(3);
    expect(neighbour('previous', 3, PLACES)).toBe(2);
    expect(neighbour('previous', 0, PLACES)).toBeNull();
    expect(neighbour('next', 5, PLACES)).toBeNull();
  });

  it('goes to the nearest picture of the row above or below', () => {
    expect(neighbour('down', 1, PLACES)).toBe(4);
    expect(neighbour('down', 2, PLACES)).toBe(4);
    expect(neighbour('down', 4, PLACES)).toBe(5);
    expect(neighbour('up', 5, PLACES)).toBe(3);
    expect(neighbour('up', 1, PLACES)).toBeNull();
  });

  it('leaves other keys alone', () => {
    expect(neighbour('approve', 1, PLACES)).toBeNull();
    expect(neighbour(null, 1, PLACES)).toBeNull();
  });
});
