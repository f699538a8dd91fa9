/** Notices under the day that they came on. */
import type { NoticeRead } from '$lib/api/types';

export interface Day {
  label: string;
  notices: NoticeRead[];
}

const NAMED = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const DAY_MS = 86_400_000;

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** "Today", "Yesterday", "Monday, 24 November"; `now` in milliseconds. */
export function dayLabel(iso: string, now: number = Date.now()): string {
  const day = midnight(Date.parse(iso));
  const ago = Math.round((midnight(now) - day) / DAY_MS);
  return ago === 0 ? 'Today' : ago === 1 ? 'Yesterday' : NAMED.format(day);
}

/** Newest first, as they come; `now` in milliseconds. */
export function daysOf(notices: readonly NoticeRead[], now: number = Date.now()): Day[] {
  const days: Day[] = [];
  for (const notice of notices) {
    const label = dayLabel(notice.created_at, now);
    const last = days.at(-1);
    if (last?.label === label) last.notices.push(notice);
    else days.push({ label, notices: [notice] });
  }
  return days;
}
