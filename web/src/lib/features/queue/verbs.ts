/** What can be done with entries of the queue, one or many. */
import type { QueueItem, QueueVerb } from '$lib/api/types';
import { count } from '$lib/format';

export const VERBS: readonly { verb: QueueVerb; label: string; did: string }[] = [
  { verb: 'pause', label: 'Pause', did: 'paused' },
  { verb: 'resume', label: 'Resume', did: 'resumed' },
  { verb: 'hurry', label: 'Make urgent', did: 'made urgent' },
  { verb: 'unhurry', label: 'Not urgent any more', did: 'put back in line' },
  { verb: 'retry', label: 'Try again', did: 'started again' },
  { verb: 'cancel', label: 'Cancel', did: 'cancelled' },
];

/** Those of the entries with which this may be done now. */
export function able(items: readonly QueueItem[], verb: QueueVerb): QueueItem[] {
  return items.filter(({ rights }) => rights.includes(verb));
}

/** "Mara, Happy paused.", "3 entries paused." */
export function didText(verb: QueueVerb, titles: readonly string[]): string {
  const did = VERBS.find((one) => one.verb === verb)?.did ?? verb;
  const [only] = titles;
  return only && titles.length === 1
    ? `${only} ${did}.`
    : `${count(titles.length, 'entry', 'entries')} ${did}.`;
}

/** What takes a change back; cancelling and trying again are taken back by each other. */
export const UNDO: Record<QueueVerb, QueueVerb> = {
  pause: 'resume',
  resume: 'pause',
  hurry: 'unhurry',
  unhurry: 'hurry',
  cancel: 'retry',
  retry: 'cancel',
};
