import { describe, expect, it } from 'vitest';
import { changeBetween, touches } from './operations';

describe('what is undone together', () => {
  it('goes on where the caret stood', () => {
    expect(touches(changeBetween('ears', 'ears!', 5), 4)).toBe(true);
    expect(touches(changeBetween('😀 ears', '😀 ear', 5), 6)).toBe(true);
  });

  it('does not begin at another place', () => {
    expect(touches(changeBetween('ears', 'my ears', 3), 4)).toBe(false);
    expect(touches(changeBetween('ears, please', 'ears much, please', 9), 12)).toBe(false);
  });
});
