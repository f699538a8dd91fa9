import { describe, expect, it } from 'vitest';
import { HEAT, layoutOfKey, upper } from './wipe';

describe('two pictures in one place', () => {
  it('wipes from nothing to all, and not beyond', () => {
    expect(upper('wipe', 0).clip).toBe('inset(0 0 0 100.00%)');
    expect(upper('wipe', 0.25).clip).toBe('inset(0 0 0 75.00%)');
    expect(upper('wipe', 1.7).clip).toBe('inset(0 0 0 0.00%)');
    expect(upper('wipe', 0.5)).toMatchObject({ opacity: 1, blend: 'normal' });
  });

  it('shines through, or shows only what differs', () => {
    expect(upper('onion', 0.3)).toEqual({ clip: 'none', opacity: 0.3, blend: 'normal' });
    expect(upper('difference', 0.3)).toEqual({ clip: 'none', opacity: 1, blend: 'difference' });
  });

  it('lays over each other only what is two', () => {
    expect(layoutOfKey('w', 2)).toBe('wipe');
    expect(layoutOfKey('o', 2)).toBe('onion');
    expect(layoutOfKey('d', 2)).toBe('difference');
    expect(layoutOfKey('d', 3)).toBeNull();
    expect(layoutOfKey('v', 3)).toBe('grid');
    expect(layoutOfKey('q', 2)).toBeNull();
  });

  it('colours a difference ever brighter', () => {
    const channels = [HEAT.red, HEAT.green, HEAT.blue].map((one) => one.split(' ').map(Number));
    const bright = [0, 1, 2, 3, 4].map((step) => {
      const [r = 0, g = 0, b = 0] = channels.map((one) => one[step] ?? 0);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    expect([...bright].sort((one, other) => one - other)).toEqual(bright);
  });
});
