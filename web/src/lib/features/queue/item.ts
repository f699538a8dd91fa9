/** The sentences of one entry of the queue. */
import type { QueueItem } from '$lib/api/types';
import { TIER_LABEL } from '$lib/features/characters/words';
import { count, formatEta } from '$lib/format';

const WORKING: ReadonlySet<string> = new Set(['starting', 'running']);

export const isRunning = (item: QueueItem): boolean => WORKING.has(item.state);
export const isOver = (item: QueueItem): boolean =>
  ['succeeded', 'failed', 'cancelled'].includes(item.state);

/** What works now, then what waits in its order, then what somebody paused. */
export function ordered(items: readonly QueueItem[]): QueueItem[] {
  const rank = (item: QueueItem) => (isRunning(item) ? 0 : item.state === 'queued' ? 1 : 2);
  const last = Number.MAX_SAFE_INTEGER;
  return items.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.position ?? last) - (b.position ?? last) ||
      compare(a.started_at ?? a.created_at, b.started_at ?? b.created_at) ||
      compare(a.id, b.id),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** "Next in line", "3 ahead in line, urgent", why its project waits, "Working", "Paused". */
export function placeOf(item: QueueItem): string {
  switch (item.state) {
    case 'queued':
      if (item.hold) return item.hold;
      if (item.position === null) return afterOf(item);
      if (item.urgent)
        return item.position <= 1
          ? 'Next in line, urgent'
          : `${item.position - 1} ahead in line, urgent`;
      return item.position <= 1 ? 'Next in line' : `${item.position - 1} ahead in line`;
    case 'starting':
      return 'Starting';
    case 'running':
      return 'Working';
    case 'paused':
      return 'Paused';
    case 'succeeded':
      return 'Done';
    case 'failed':
      return 'Failed';
    case 'cancelled':
      return 'Cancelled';
  }
}

/** "After Mara, Train model", "After Mara, Train model and 2 more". */
export function afterOf({ after }: QueueItem): string {
  const [first, ...rest] = after;
  if (!first) return 'Waits for another try'; // after a fault that may pass
  const name = [first.character, first.label].filter(Boolean).join(', ');
  return `After ${name}${rest.length > 0 ? ` and ${rest.length} more` : ''}`;
}

/** "about 4 min, ± 1 min"; empty when nobody can know. */
export function etaOf(seconds: number | null, error: number | null): string {
  const about = formatEta(seconds);
  if (!about || error === null || seconds === null || seconds < 5) return about;
  const spread = spreadOf(error, seconds);
  return spread ? `${about}, ± ${spread}` : about;
}

function spreadOf(error: number, seconds: number): string {
  if (seconds < 55) return error >= 2 ? `${Math.round(error)} s` : '';
  const minutes = Math.round(error / 60);
  return minutes >= 1 ? `${minutes} min` : '';
}

/** Which quality, and why another one than asked for. */
export function tierOf(item: QueueItem): string {
  const { tier_asked: asked, tier_used: used, tier_reason: reason } = item;
  if (!used || used === asked) return TIER_LABEL[asked];
  return `${TIER_LABEL[used]} instead of ${TIER_LABEL[asked]}${reason ? `: ${reason}` : ''}`;
}

/** Which function did it, and why that one. */
export function functionOf({ function: name, function_reason: reason }: QueueItem): string {
  return [name, reason?.replace(/\.$/, '')].filter(Boolean).join(': ');
}

type QueueError = NonNullable<QueueItem['error']>;
const FAULT: Record<QueueError['fault'], string> = {
  input: 'What it was given did not fit',
  function: 'The model’s fault',
  machine: 'The machine’s fault',
};

/** Whose fault it is, and the code that an administrator asks for. */
export function faultOf({ fault, code }: QueueError): string {
  const whose = code.startsWith('dependency_') ? 'Not its own fault' : FAULT[fault];
  return `${whose} (${code})`;
}

/** "2 working, 14 waiting, 1 paused" */
export function summaryOf(items: readonly QueueItem[]): string {
  const working = items.filter(isRunning).length;
  const waiting = items.filter(({ state }) => state === 'queued').length;
  const paused = items.filter(({ state }) => state === 'paused').length;
  const parts = [
    working > 0 ? `${working} working` : '',
    waiting > 0 ? `${waiting} waiting` : '',
    paused > 0 ? `${paused} paused` : '',
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : 'Nothing is waiting';
}

export function chosenText(amount: number): string {
  return `${count(amount, 'entry', 'entries')} chosen`;
}

/** "Mara, Happy"; for what belongs to no character its own words. */
export function titleOf({ character, label, task }: QueueItem): string {
  return [character?.name, label].filter(Boolean).join(', ') || task;
}
