import type { Medium, NotificationSettings, Place, Wishes } from '$lib/api/channels';
import { formatAgo } from '$lib/format';
import type { Ability } from './push';

export const MEDIA: { medium: Medium; label: string }[] = [
  { medium: 'push', label: 'Browser' },
  { medium: 'email', label: 'E-mail' },
  { medium: 'chat', label: 'Chat' },
];

export const GROUPS: Record<Wishes['groups'][number]['group'], { label: string; note: string }> = {
  mentions: { label: 'Mentions', note: 'Somebody calls or answers you in a note' },
  decisions: { label: 'Decisions', note: 'Your vote is wanted, time runs out, it was decided' },
  work: { label: 'Work', note: 'Training and pictures end, a character goes off model' },
  people: { label: 'People', note: 'You get a role in a project' },
};

export const CANNOT: Record<Exclude<Ability, 'able'>, string> = {
  insecure: 'Notifications in the browser need an address with https.',
  unable: 'This browser cannot show notifications of a page that is closed.',
  blocked: 'This browser blocks notifications of this page. Allow them beside its address.',
};

export function stateOf(place: Place): string {
  if (place.problem) return place.problem;
  return place.sent_at ? `Last sent ${formatAgo(place.sent_at)}` : 'Nothing sent yet';
}

/** What is saved: the wishes as they were read, in this browser's time zone the first time. */
export function wishesFrom(
  read: NotificationSettings['preferences'],
  zone = Intl.DateTimeFormat().resolvedOptions().timeZone,
): Wishes {
  return { ...read, time_zone: read.time_zone ?? zone };
}

/** "22:00:00" as the server says it, "22:00" as a field for times wants it. */
export function clock(time: string): string {
  return time.slice(0, 5);
}
