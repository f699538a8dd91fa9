import { describe, expect, it } from 'vitest';
import type { VersionRead } from '$lib/api/types';
import { rowsOf } from './rows';

function version(number: number, author?: string, name?: string): VersionRead {
  return {
    id: `${number}`,
    character_id: 'c',
    number,
    at: '2026-01-01T00:00:00Z',
    author_ids: author ? [author] : [],
    text: '',
    back_to: null,
    pictures: [],
    names: name
      ? [{ id: 'n', character_id: 'c', number, name, note: '', created_by: null, created_at: '' }]
      : [],
  };
}

const numbers = (versions: VersionRead[], shown: number[] = []) =>
  rowsOf(versions, new Set(shown)).map((row) => row.versions.map((one) => one.number));

describe('rows of the timeline', () => {
  it('folds what arrived by itself', () => {
    const all = [version(6, 'u'), version(5), version(4), version(3), version(2, 'u'), version(1)];
    expect(numbers(all)).toEqual([[6], [5, 4, 3], [2], [1]]);
  });

  it('does not fold two, a named one, or one that is looked at', () => {
    expect(numbers([version(3), version(2), version(1, 'u')])).toEqual([[3], [2], [1]]);
    const all = [version(9), version(8), version(7), version(6, undefined, 'Locked'), version(5)];
    expect(numbers(all)).toEqual([[9, 8, 7], [6], [5]]);
    expect(numbers(all, [8])).toEqual([[9], [8], [7], [6], [5]]);
  });
});
