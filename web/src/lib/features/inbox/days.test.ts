import { describe, expect, it } from 'vitest';
import type { NoticeRead } from '$lib/api/types';
import { daysOf } from './days';

const NOW = new Date(2026, 2, 4, 12).getTime();
const at = (day: number, hour: number) =>
  ({ created_at: new Date(2026, 2, day, hour).toISOString() }) as NoticeRead;

describe('notices by day', () => {
  it('says today and yesterday, and names days before', () => {
    const days = daysOf([at(4, 9), at(4, 1), at(3, 23), at(2, 8)], NOW);
    expect(days.map(({ label, notices }) => [label, notices.length])).toEqual([
      ['Today', 2],
      ['Yesterday', 1],
      ['Monday, March 2', 1],
    ]);
  });

  it('has no days without notices', () => {
    expect(daysOf([], NOW)).toEqual([]);
  });
});
