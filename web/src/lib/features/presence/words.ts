/** Who is where, and who came and went, in words. */
import type { PersonHere } from '$lib/api/types';
import type { Room } from '$lib/state/room.svelte';

/** Where somebody is, as far as this page knows the names; empty when it is nowhere to tell of. */
export function whereabouts(
  room: Pick<Room, 'characters' | 'variations'>,
  person: PersonHere,
): string {
  const name = person.character_id ? room.characters.get(person.character_id)?.name : undefined;
  const label = person.variation_id ? room.variations.get(person.variation_id)?.label : undefined;
  if (person.page === 'gallery') return 'in the gallery';
  if (name && person.page === 'picture')
    return label ? `looks at ${label} of ${name}` : `looks at a picture of ${name}`;
  if (name && person.page === 'decision') return `decides about ${name}`;
  if (name && person.page === 'versions') return `compares versions of ${name}`;
  return name ? `with ${name}` : '';
}

const NAMED = 3;

function listed(names: readonly string[]): string {
  const rest = names.length - NAMED;
  if (rest > 1) return `${names.slice(0, NAMED).join(', ')} and ${rest} others`;
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

export type Known = ReadonlyMap<string, string>;

function verb(names: readonly string[], one: string, many: string): string {
  return names.length === 1 ? one : many;
}

/** One sentence for all who came and went between two moments; names by user id. */
export function cameAndWent(before: Known, after: Known): string {
  const came = [...after].filter(([id]) => !before.has(id)).map(([, name]) => name);
  const went = [...before].filter(([id]) => !after.has(id)).map(([, name]) => name);
  return [
    came.length > 0 ? `${listed(came)} ${verb(came, 'is', 'are')} here now.` : '',
    went.length > 0 ? `${listed(went)} left.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** What people look at together at a place of this kind, the first word of its name. */
const LOOKED_AT: Readonly<Record<string, string>> = {
  picture: 'this picture',
  decision: 'these pictures',
  versions: 'these pictures',
};

/** One sentence for those who came to the pictures that we look at; elsewhere nothing. */
export function joinedUs(place: string, before: Known, after: Known): string {
  const what = LOOKED_AT[place.split(':')[0] ?? ''];
  if (!what) return '';
  const came = [...after].filter(([id]) => !before.has(id)).map(([, name]) => name);
  if (came.length === 0) return '';
  return `${listed(came)} ${verb(came, 'looks', 'look')} at ${what}, too.`;
}

/** Black or white, whichever is read better on a colour such as #aa3355 (WCAG 2 luminance). */
export function inkOn(colour: string): '#000' | '#fff' {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}
