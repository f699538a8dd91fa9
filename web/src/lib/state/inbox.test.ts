import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inbox as calls } from '$lib/api/inbox';
import type { NoticeRead, Unread } from '$lib/api/types';
import { inbox } from './inbox.svelte';

vi.mock('$lib/api/inbox', () => ({ inbox: { unread: vi.fn(), list: vi.fn(), markRead: vi.fn() } }));
const mocked = vi.mocked(calls);

const counts = (total: number): Unread => ({
  total,
  groups: { mentions: total, decisions: 0, work: 0, people: 0 },
});
const notice = (id: string, url: string) => ({ id, url, group: 'mentions' }) as NoticeRead;

describe('the inbox at a browser', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    history.replaceState(null, '', '/p/1/gallery');
    mocked.markRead.mockResolvedValue({ count: 1, marked_at: '', unread: counts(0) });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.clearAllMocks();
    inbox.arrived = null;
  });

  it('reads a burst of news once, and shows the newest', async () => {
    mocked.unread.mockResolvedValue(counts(2));
    mocked.list.mockResolvedValue({ items: [], next_cursor: null, total: null });
    inbox.take({ notice: notice('a', '/p/2/c/3?look=4&note=5') });
    inbox.take({ notice: notice('b', '/p/2/c/3?look=4&note=6') });
    await vi.runAllTimersAsync();
    expect(mocked.unread).toHaveBeenCalledTimes(1);
    expect(inbox.unread?.total).toBe(2);
    expect(inbox.arrived?.id).toBe('b');
  });

  it('takes what is before our eyes as read, without a word', async () => {
    history.replaceState(null, '', '/p/2/c/3?look=4&note=5');
    inbox.take({ notice: notice('a', '/p/2/c/3?look=4&note=5') });
    await vi.runAllTimersAsync();
    expect(inbox.arrived).toBeNull();
    expect(mocked.markRead).toHaveBeenCalledWith({ ids: ['a'] });
    expect(inbox.unread?.total).toBe(0);
  });

  it('reads what a page leads to once that page is opened', async () => {
    mocked.unread.mockResolvedValue(counts(1));
    const items = [notice('a', '/p/2/c/3?look=4&note=5')];
    mocked.list.mockResolvedValue({ items, next_cursor: null, total: null });
    inbox.look();
    await vi.runAllTimersAsync();
    expect(mocked.markRead).not.toHaveBeenCalled();
    inbox.visit(new URL('http://page/p/2/c/3?look=4&note=5'));
    inbox.visit(new URL('http://page/p/2/c/3?look=4&note=5'));
    await vi.runAllTimersAsync();
    expect(mocked.markRead).toHaveBeenCalledTimes(1);
  });

  it('keeps what it knew when the server does not answer', async () => {
    inbox.unread = counts(3);
    mocked.unread.mockRejectedValue(new Error('no network'));
    inbox.look();
    await vi.runAllTimersAsync();
    expect(inbox.unread.total).toBe(3);
  });
});
