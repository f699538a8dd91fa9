import { describe, expect, it } from 'vitest';
import { Collection } from './collection.svelte';

interface Thing {
  id: string;
  value: number;
  group?: string;
}

const thing = (id: string, value: number, group = 'a'): Thing => ({ id, value, group });

describe('Collection', () => {
  it('replaces a record whole', () => {
    const things = new Collection<Thing>();
    things.upsert(thing('1', 1));
    things.upsert({ id: '1', value: 2 });
    expect(things.get('1')).toEqual({ id: '1', value: 2 });
    expect(things.size).toBe(1);
  });

  it('forgets on reset what the full sync does not hold', () => {
    const things = new Collection<Thing>();
    things.reset([thing('1', 1), thing('2', 2)]);
    things.reset([thing('2', 3)]);
    expect(things.all()).toEqual([thing('2', 3)]);
  });

  it('keeps what an event changed while a list was on its way', () => {
    const things = new Collection<Thing>();
    const finish = things.load();
    things.upsert(thing('1', 9));
    things.remove('2');
    finish([thing('1', 1), thing('2', 2), thing('3', 3)]);
    expect(things.get('1')?.value).toBe(9);
    expect(things.get('2')).toBeUndefined();
    expect(things.get('3')?.value).toBe(3);
  });

  it('removes what a list of its scope no longer holds, and nothing else', () => {
    const things = new Collection<Thing>();
    things.reset([thing('1', 1, 'a'), thing('2', 2, 'a'), thing('3', 3, 'b')]);
    const finish = things.load();
    things.upsert(thing('4', 4, 'a'));
    finish([thing('1', 1, 'a')], (record) => record.group === 'a');
    expect(
      things
        .all()
        .map((record) => record.id)
        .sort(),
    ).toEqual(['1', '3', '4']);
  });
});
