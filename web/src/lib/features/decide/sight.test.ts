import { describe, expect, it } from 'vitest';
import { apply } from './lock';
import { fit, movedTo, seenOf } from '$lib/features/presence/view';
import { MOST, Sight } from './sight.svelte';

const CELL = { width: 400, height: 200 };

describe('a shared look', () => {
  it('keeps what lies under the pointer in its place', () => {
    const sight = new Sight();
    sight.zoom(2, [100, 50], CELL);
    const [x, y] = apply(sight.over(CELL), [100, 50]);
    expect([x, y]).toEqual([expect.closeTo(100), expect.closeTo(50)]);
    sight.zoom(1.5, [300, 20], CELL);
    const under = apply(sight.over(CELL), [100, 50]);
    sight.zoom(2, under, CELL);
    expect(apply(sight.over(CELL), [100, 50])[0]).toBeCloseTo(under[0]);
  });

  it('never shows less than all, nor more than sixteen times', () => {
    const sight = new Sight();
    sight.zoom(1000, [0, 0], CELL);
    expect(sight.scale).toBe(MOST);
    sight.zoom(0.0001, [0, 0], CELL);
    expect([sight.scale, sight.x, sight.y, sight.moved]).toEqual([1, 0, 0, false]);
    sight.pan(50, 50, CELL);
    expect(sight.moved).toBe(false);
  });

  it('knows its keys and leaves others alone', () => {
    const sight = new Sight();
    const key = (name: string, shiftKey = false) =>
      sight.key({ key: name, shiftKey } as KeyboardEvent, CELL);
    expect(key('+')).toBe(true);
    expect(sight.scale).toBe(1.5);
    expect(key('ArrowLeft')).toBe(false);
    expect(key('ArrowLeft', true)).toBe(true);
    expect(sight.x).toBeCloseTo(0.1);
    expect(key('0')).toBe(true);
    expect(sight.moved).toBe(false);
    expect(key('q')).toBe(false);
  });

  it('is shown as somebody else has it, in a cell of another shape', () => {
    const [theirs, ours] = [new Sight(), new Sight()];
    theirs.zoom(4, [300, 50], CELL);
    const wide = fit(CELL.width, CELL.height, 0.8);
    const tall = { width: 150, height: 300 };
    const seen = seenOf(theirs.movedIn(CELL), wide);
    ours.show(movedTo(seen, fit(tall.width, tall.height, 0.8)), tall);
    expect(seenOf(ours.movedIn(tall), fit(tall.width, tall.height, 0.8))).toEqual(seen);
    expect(ours.scale).toBe(4);
  });

  it('is the same look in a window of another size', () => {
    const sight = new Sight();
    sight.zoom(2, [300, 150], CELL);
    const [x] = apply(sight.over(CELL), [200, 100]);
    const [u] = apply(sight.over({ width: 800, height: 400 }), [400, 200]);
    expect(u).toBeCloseTo(2 * x);
  });
});
