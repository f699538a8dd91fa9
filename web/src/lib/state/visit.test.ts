import { beforeEach, describe, expect, it, vi } from 'vitest';
import { activity } from '$lib/api/activity';
import type { SinceVisit } from '$lib/api/types';
import { Visit } from './visit.svelte';

vi.mock('$lib/api/activity', () => ({
  activity: { sinceVisit: vi.fn(), see: vi.fn(() => Promise.resolve()), seeOnLeaving: vi.fn() },
}));
const calls = vi.mocked(activity);

const since = (count: number) =>
  ({ seq: 40, seen_seq: 30, seen_at: null, count, items: [] }) satisfies SinceVisit;

describe('a visit to a project', () => {
  beforeEach(() => vi.clearAllMocks());

  it('with nothing new counts what happens before our eyes as seen', async () => {
    calls.sinceVisit.mockResolvedValue(since(0));
    const visit = new Visit('p1');
    await visit.open();
    expect(visit.news).toBeNull();
    expect(calls.see).toHaveBeenCalledWith('p1', 40);
    visit.leave(44);
    expect(calls.seeOnLeaving).toHaveBeenCalledWith('p1', 44);
  });

  it('keeps news that nobody has put away for the next time', async () => {
    calls.sinceVisit.mockResolvedValue(since(3));
    const visit = new Visit('p1');
    await visit.open();
    visit.leave(44);
    expect(calls.seeOnLeaving).not.toHaveBeenCalled();
    await visit.see(40);
    expect(visit.news).toBeNull();
    visit.leave(44);
    expect(calls.seeOnLeaving).toHaveBeenCalledWith('p1', 44);
  });

  it('says nothing when it could not ask', async () => {
    calls.sinceVisit.mockRejectedValue(new Error('no network'));
    const visit = new Visit('p1');
    await visit.open();
    visit.leave(44);
    expect(visit.news).toBeNull();
    expect(calls.see).not.toHaveBeenCalled();
    expect(calls.seeOnLeaving).not.toHaveBeenCalled();
  });
});
