import { describe, expect, it } from 'vitest';
import { queueItem } from '../../../../tests/unit/records';
import type { QueueItem } from '$lib/api/types';
import { daysOf, entryFacts, entryTitle, isPictured, placeHref, type Entry } from './past';

const NOW = Date.parse('2026-03-05T12:00:00');
const file = { id: 'f1' } as QueueItem['picture'];
const done = (id: string, over: Partial<QueueItem> = {}): QueueItem =>
  queueItem({
    ...{ id, state: 'succeeded', position: null, finished_at: '2026-03-05T11:00:00' },
    ...{ picture: file, seconds: 0.6, function: 'puppet 0.1.0' },
    ...over,
  });
const only = (items: QueueItem[]): Entry => {
  const entry = daysOf(items, NOW)[0]?.entries[0];
  if (!entry) throw new Error('nothing has ended');
  return entry;
};

describe('what has ended', () => {
  it('stands under its day, what was asked for together as one', () => {
    const score = {
      subject_kind: 'variation_score',
      task: 'character.validate_consistency',
    } as const;
    const days = daysOf(
      [
        done('a'),
        done('b', score),
        done('c'),
        done('d', { character: { id: 'c2', name: 'Bo', cover: null } }),
        done('e', { finished_at: '2026-03-04T23:00:00' }),
      ],
      NOW,
    );
    expect(days.map(({ label }) => label)).toEqual(['Today', 'Yesterday']);
    expect(days[0]?.entries.map(({ items }) => items.map(({ id }) => id))).toEqual([
      ['a', 'c'],
      ['b'],
      ['d'],
    ]);
  });

  it('leaves alone what failed, and trainings', () => {
    const train = { task: 'character.train_lora', subject_kind: 'training' } as const;
    const error = { code: 'crashed', detail: '', fault: 'function', try: '', log: '' } as const;
    const failed = { state: 'failed', error } as const;
    const items = [done('a', failed), done('b', failed), done('c', train), done('d', train)];
    expect(daysOf(items, NOW)[0]?.entries).toHaveLength(4);
  });

  it('says how many, how long and by what', () => {
    const entry = only([done('a', { seconds: 0.4 }), done('b'), done('c', { seconds: 9 })]);
    expect(entryTitle(entry)).toBe('Mara, 3 pictures');
    expect(entryFacts(entry)).toBe('Low · 0.6 s each · puppet 0.1.0');
    expect(isPictured(entry)).toBe(true);
    expect(isPictured(only([done('a', { picture: null })]))).toBe(false);
    const check = only([done('a', { subject_kind: 'check', character: null })]);
    expect(entryTitle(check)).toBe('1 check');
  });

  it('leads to its picture, or to its character', () => {
    expect(placeHref(done('a'))).toBe('/p/p1/c/c1?look=v1');
    expect(placeHref(done('a', { picture: null }))).toBe('/p/p1/c/c1');
    expect(placeHref(done('a', { character: null }))).toBeNull();
  });
});
