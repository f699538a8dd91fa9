/** Where somebody is in a project, and what that is called on the wire. */
import type { PersonHere } from '$lib/api/types';

export type Where = Pick<PersonHere, 'page' | 'character_id' | 'variation_id'>;

const PAGES: readonly [pattern: RegExp, page: NonNullable<PersonHere['page']>][] = [
  [/^\/gallery$/, 'gallery'],
  [/^\/c\/[^/]+$/, 'character'],
  [/^\/decide\/[^/]+$/, 'decision'],
];

/** Page and picture of an address within the project; which character it is the page knows. */
export function pageOf(path: string, search: URLSearchParams): Omit<Where, 'character_id'> {
  const page = PAGES.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
  const look = page === 'character' ? search.get('look') : null;
  return look ? { page: 'picture', variation_id: look } : { page, variation_id: null };
}

/** The place where people see each other's doings, as the server names it; null: there is none. */
export function placeOf({ page, character_id, variation_id }: Where): string | null {
  if (variation_id) return `picture:${variation_id}`;
  if (page === 'character' && character_id) return `character:${character_id}`;
  return page === 'gallery' ? 'gallery' : null;
}

/** Whether following `start` would, through others, be following oneself. */
export function leadsTo(people: readonly PersonHere[], start: string, goal: string): boolean {
  const next = new Map(people.map((person) => [person.user_id, person.following]));
  const seen = new Set<string>();
  for (let at: string | null | undefined = start; at && !seen.has(at); at = next.get(at)) {
    if (at === goal) return true;
    seen.add(at);
  }
  return false;
}
