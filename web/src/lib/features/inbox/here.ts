/** Whether what a notice leads to is before our eyes. */
import type { NoticeRead } from '$lib/api/types';

/** Words, votes and alerts stand on one exact page; finished work shows wherever its page is. */
export function isOn(
  { url, group }: Pick<NoticeRead, 'url' | 'group'>,
  { pathname, search }: Pick<Location, 'pathname' | 'search'>,
): boolean {
  const target = new URL(url, 'http://page');
  if (target.pathname !== pathname) return false;
  if (group === 'work') return true;
  const here = new URLSearchParams(search);
  return [...target.searchParams].every(([name, value]) => here.get(name) === value);
}
