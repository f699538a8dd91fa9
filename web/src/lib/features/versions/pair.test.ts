import { describe, expect, it } from 'vitest';
import { hold, lookAt, pairOf } from './pair';

const at = (query: string) => pairOf(new URLSearchParams(query), 9);

describe('the two versions of an address', () => {
  it.each([
    ['', { from: 8, to: 9, held: false }],
    ['to=4', { from: 3, to: 4, held: false }],
    ['from=2&to=7', { from: 2, to: 7, held: true }],
    ['from=9&to=3', { from: 9, to: 3, held: true }],
    ['from=3&to=4', { from: 3, to: 4, held: false }],
    ['from=3&to=4&held', { from: 3, to: 4, held: true }],
    ['from=5&to=5', { from: 4, to: 5, held: false }],
    ['from=12&to=99', { from: 8, to: 9, held: false }],
    ['from=x&to=-1', { from: 8, to: 9, held: false }],
    ['to=1', { from: 0, to: 1, held: false }],
  ])('“%s”', (query, pair) => {
    expect(at(query)).toEqual(pair);
  });
});

describe('choosing', () => {
  it('shows what the chosen version changed', () => {
    expect(lookAt(at(''), 5)).toEqual({ from: 4, to: 5, held: false });
  });

  it('keeps the version that is held, except against itself', () => {
    expect(lookAt(at('from=2&to=7'), 5)).toEqual({ from: 2, to: 5, held: true });
    expect(lookAt(at('from=2&to=7'), 2)).toEqual({ from: 1, to: 2, held: false });
  });

  it('holds the looked-at version against the newest, and lets go again', () => {
    const held = hold(at('to=4'), 4, 9);
    expect(held).toEqual({ from: 4, to: 9, held: true });
    expect(hold(held, 4, 9)).toEqual({ from: 8, to: 9, held: false });
  });

  it('cannot hold the newest against itself', () => {
    expect(hold(at(''), 9, 9)).toEqual({ from: 8, to: 9, held: false });
  });
});
