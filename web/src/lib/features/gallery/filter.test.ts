import { describe, expect, it } from 'vitest';
import { character } from '../../../../tests/unit/records';
import {
  filterFrom,
  filterQuery,
  inOrder,
  matches,
  NO_FILTER,
  select,
  tagsOf,
  type Filter,
} from './filter';
import { move } from './move';

const by = (over: Partial<Filter>): Filter => ({ ...NO_FILTER, ...over });
const mara = character({ id: '1', name: 'Mara', tags: ['crew', 'night'], tier: 'high' });
const pelle = character({
  id: '2',
  name: 'pelle',
  tags: ['crew'],
  description: 'Keeps the harbour',
  training: { job_id: 'j', state: 'queued' },
  created_at: '2026-03-01T00:00:00Z',
  updated_at: '2026-02-01T00:00:00Z',
});
const anna = character({
  id: '3',
  name: 'Anna',
  adapter: { id: 'a', number: 1 },
  training: { job_id: 'k', state: 'succeeded' },
  updated_at: '2026-03-01T00:00:00Z',
});
const all = [mara, pelle, anna];
const names = (filter: Partial<Filter>) => select(all, by(filter)).map((item) => item.name);

describe('the gallery filter', () => {
  it('finds every word anywhere in name, trigger word, description and tags', () => {
    expect(names({ q: 'HARB keeps' })).toEqual(['pelle']);
    expect(names({ q: 'night' })).toEqual(['Mara']);
    expect(names({ q: 'night harbour' })).toEqual([]);
  });

  it('combines tag, tier and state', () => {
    expect(names({ tag: 'crew', tier: 'high' })).toEqual(['Mara']);
    expect(names({ state: 'training' })).toEqual(['pelle']);
    expect(names({ state: 'trained' })).toEqual(['Anna']);
    expect(names({ state: 'untrained' })).toEqual(['Mara']);
    expect(
      matches(character({ training: { job_id: 'x', state: 'failed' } }), by({ state: 'failed' })),
    ).toBe(true);
  });

  it('sorts by change, age and name', () => {
    expect(names({})).toEqual(['Anna', 'pelle', 'Mara']);
    expect(names({ sort: '-created' })[0]).toBe('pelle');
    expect(names({ sort: 'name' })).toEqual(['Anna', 'Mara', 'pelle']);
  });

  it('keeps an order of before, with who came since at the end', () => {
    const before = ['1', '3', 'gone'];
    expect(inOrder(select(all, NO_FILTER), before).map(({ id }) => id)).toEqual(['1', '3', '2']);
  });

  it('lives in the link and leaves defaults out', () => {
    expect(filterQuery(NO_FILTER)).toBe('');
    const filter = by({ q: 'a b', tag: 'crew', sort: 'name' });
    expect(filterFrom(new URLSearchParams(filterQuery(filter)))).toEqual(filter);
    expect(filterFrom(new URLSearchParams('tier=huge&sort=x'))).toEqual(NO_FILTER);
  });

  it('offers the most used tags first', () => {
    expect(tagsOf(all)).toEqual(['crew', 'night']);
  });

  it('selects from ten thousand within a frame or two', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      character({ id: String(index), name: `Name ${(index * 7919) % 10_000}` }),
    );
    select(many, by({ q: 'name' }));
    const before = performance.now();
    expect(select(many, by({ q: 'name 9', sort: 'name' })).length).toBeGreaterThan(1000);
    expect(performance.now() - before).toBeLessThan(250);
  });
});

describe('moving through a grid', () => {
  it('goes sideways and by rows, and stays at the edges', () => {
    expect(move('next', 0, 10, 4)).toBe(1);
    expect(move('down', 1, 10, 4)).toBe(5);
    expect(move('up', 5, 10, 4)).toBe(1);
    expect(move('previous', 0, 10, 4)).toBeNull();
    expect(move('down', 8, 10, 4)).toBeNull();
    expect(move('next', -1, 10, 4)).toBe(0);
    expect(move('approve', 0, 10, 4)).toBeNull();
    expect(move('next', -1, 0, 4)).toBeNull();
  });
});
