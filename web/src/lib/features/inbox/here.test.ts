import { describe, expect, it } from 'vitest';
import { isOn } from './here';

const mention = { url: '/p/1/c/2?look=3&note=4', group: 'mentions' } as const;

describe('what a notice leads to', () => {
  it('is seen on its exact page only, whatever else the address says', () => {
    expect(isOn(mention, { pathname: '/p/1/c/2', search: '?note=4&look=3&x=1' })).toBe(true);
    expect(isOn(mention, { pathname: '/p/1/c/2', search: '?look=3' })).toBe(false);
    expect(isOn(mention, { pathname: '/p/1/c/5', search: '?look=3&note=4' })).toBe(false);
  });

  it('is seen anywhere on the page where finished work shows', () => {
    const done = { url: '/p/1/c/2?look=3', group: 'work' } as const;
    expect(isOn(done, { pathname: '/p/1/c/2', search: '' })).toBe(true);
    expect(isOn(done, { pathname: '/p/1/gallery', search: '' })).toBe(false);
  });
});
