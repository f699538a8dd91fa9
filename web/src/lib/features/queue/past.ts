/** What has ended, as people remember it: by day, and what was asked for together as one. */
import type { QueueItem } from '$lib/api/types';
import { durationText } from '$lib/features/functions/words';
import { dayLabel } from '$lib/features/inbox/days';
import { count } from '$lib/format';
import { links } from '$lib/links';
import { tierOf } from './item';

/** Pieces of one kind for one character and person; what failed, and a training, stands alone. */
export interface Entry {
  key: string;
  first: QueueItem;
  items: QueueItem[];
}

export interface Day {
  label: string;
  entries: Entry[];
}

/** Newest first, as they come; `now` in milliseconds. */
export function daysOf(items: readonly QueueItem[], now: number = Date.now()): Day[] {
  const days: Day[] = [];
  for (const item of items) {
    const label = dayLabel(item.finished_at ?? item.created_at, now);
    let day = days.at(-1);
    if (day?.label !== label) days.push((day = { label, entries: [] }));
    const key = `${label}/${keyOf(item)}`;
    const entry = day.entries.find((one) => one.key === key);
    if (entry) entry.items.push(item);
    else day.entries.push({ key, first: item, items: [item] });
  }
  return days;
}

function keyOf(item: QueueItem): string {
  const { id, state, task, subject_kind, character, project_id, person } = item;
  if (item.error || task === 'character.train_lora') return id;
  return [state, subject_kind, character?.id ?? project_id, person?.id].join('/');
}

const MEASURES = 'variation_score';

/** Whether its picture says more than a line of words; a measurement only looks at one. */
export const isPictured = ({ first, items }: Entry): boolean =>
  first.subject_kind !== MEASURES && items.some(({ picture }) => picture !== null);

const KINDS: Record<string, [string, string]> = {
  variation: ['picture', 'pictures'],
  [MEASURES]: ['measurement', 'measurements'],
};

/** "Mara, 24 pictures", "9 checks" */
export function entryTitle({ first, items }: Entry): string {
  const [one, many] = KINDS[first.subject_kind] ?? ['check', 'checks'];
  return [first.character?.name, count(items.length, one, many)].filter(Boolean).join(', ');
}

/** "Low · 0.6 s each · puppet 0.1.0"; what differs from one to the next is said once for each. */
export function entryFacts({ items }: Entry): string {
  const seconds = items.flatMap((item) => (item.seconds === null ? [] : [item.seconds]));
  const middle = seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)];
  const once = (texts: string[]) => [...new Set(texts)].filter(Boolean);
  return [
    ...once(items.map(tierOf)),
    middle === undefined ? '' : `${durationText(middle)} each`,
    ...once(items.map((item) => item.function ?? '')),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Where its result is to be seen; nowhere for what belongs to no character. */
export function placeHref(item: QueueItem): string | null {
  if (!item.character) return null;
  return item.picture && ['variation', MEASURES].includes(item.subject_kind)
    ? links.variation(item.project_id, item.character.id, item.subject_id)
    : links.character(item.project_id, item.character.id);
}
