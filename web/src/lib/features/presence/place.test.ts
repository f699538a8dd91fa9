import { describe, expect, it } from 'vitest';
import type { PersonHere } from '$lib/api/types';
import { leadsTo, pageOf, placeOf } from './place';

const none = new URLSearchParams();

describe('pageOf', () => {
  it('reads page and picture from the address', () => {
    const nothing = { variation_id: null, decision_id: null };
    expect(pageOf('/gallery', none)).toEqual({ page: 'gallery', ...nothing });
    expect(pageOf('/c/1', none)).toEqual({ page: 'character', ...nothing });
    expect(pageOf('/c/1/versions', none)).toEqual({ page: 'versions', ...nothing });
    expect(pageOf('/c/1', new URLSearchParams('look=v'))).toEqual({
      page: 'picture',
      variation_id: 'v',
      decision_id: null,
    });
    expect(pageOf('/decide/1', none)).toEqual({ page: 'decision', ...nothing, decision_id: '1' });
    expect(pageOf('/decide', none).page).toBe('other');
    expect(pageOf('/people', none).page).toBe('other');
  });
});

describe('placeOf', () => {
  it('is where people see each other, and nowhere else', () => {
    const where = { page: 'character' as const, character_id: 'c', variation_id: null };
    expect(placeOf(where)).toBe('character:c');
    expect(placeOf({ ...where, page: 'picture', variation_id: 'v' })).toBe('picture:v');
    expect(placeOf({ ...where, page: 'gallery' })).toBe('gallery');
    expect(placeOf({ ...where, page: 'versions' })).toBe('versions:c');
    expect(placeOf({ ...where, page: 'decision', decision_id: 'd' })).toBe('decision:d');
    expect(placeOf({ ...where, page: 'other' })).toBeNull();
  });
});

describe('leadsTo', () => {
  const person = (user_id: string, following: string | null): PersonHere => ({
    user_id,
    name: user_id,
    colour: '#888888',
    following,
  });

  it('finds a circle through others, and ends in one that we are not part of', () => {
    const people = [person('a', 'b'), person('b', 'c'), person('c', 'b'), person('d', null)];
    expect(leadsTo(people, 'a', 'c')).toBe(true);
    expect(leadsTo(people, 'a', 'd')).toBe(false);
    expect(leadsTo(people, 'd', 'a')).toBe(false);
  });
});
