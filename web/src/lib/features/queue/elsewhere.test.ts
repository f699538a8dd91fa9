import { describe, expect, it } from 'vitest';
import { queueItem } from '../../../../tests/unit/records';
import type { QueueElsewhere } from '$lib/api/types';
import { elsewhereText, linesOf } from './elsewhere';

const other = (position: number | null, seconds: number | null = 20): QueueElsewhere => ({
  position,
  tier: 'low',
  seconds,
});

function shape(items: ReturnType<typeof queueItem>[], others: QueueElsewhere[]): string[] {
  return linesOf(items, others).map((line) =>
    line.kind === 'item' ? line.item.id : `${line.rows.length} elsewhere`,
  );
}

describe('work of other projects among ours', () => {
  it('stands before what it precedes', () => {
    const items = [
      queueItem({ id: 'a', state: 'running', position: null }),
      queueItem({ id: 'b', position: 2 }),
      queueItem({ id: 'c', position: 4 }),
      queueItem({ id: 'd', state: 'paused', position: null }),
    ];
    expect(shape(items, [other(3), other(1), other(null)])).toEqual([
      'a',
      '1 elsewhere',
      '1 elsewhere',
      'b',
      '1 elsewhere',
      'c',
      'd',
    ]);
  });

  it('shares a row where there is much of it', () => {
    const many = Array.from({ length: 9 }, (_, at) => other(at + 1));
    expect(shape([queueItem({ id: 'a', position: 10 })], many)).toEqual([
      '1 elsewhere',
      '1 elsewhere',
      '1 elsewhere',
      '6 elsewhere',
      'a',
    ]);
  });

  it('says how much and how long, and nothing more', () => {
    expect(elsewhereText([other(1)])).toEqual({
      what: 'Work of another project',
      how: 'Low · takes about 20 s',
    });
    expect(elsewhereText([other(null, null)]).how).toBe('Working · Low');
    expect(elsewhereText([other(1), other(2)])).toEqual({
      what: '2 more pieces of other projects’ work',
      how: 'Low · about 40 s together',
    });
  });
});
