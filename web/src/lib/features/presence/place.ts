/** Where somebody is in a project, and what that is called on the wire. */
import type { PersonHere } from '$lib/api/types';

export type Where = Pick<PersonHere, 'page' | 'character_id' | 'variation_id' | 'decision_id'>;

const DECISION = /^\/decide\/([^/]+)$/;
const PAGES: readonly [pattern: RegExp, page: NonNullable<PersonHere['page']>][] = [
  [/^\/gallery$/, 'gallery'],
  [/^\/c\/[^/]+$/, 'character'],
  [/^\/c\/[^/]+\/versions$/, 'versions'],
  [DECISION, 'decision'],
];

/**
 * Page, picture and decision of an address within the project; which character it is the page
 * knows.
 */
export function pageOf(path: string, search: URLSearchParams): Omit<Where, 'character_id'> {
  const page = PAGES.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
  const look = page === 'character' ? search.get('look') : null;
  const decision_id = DECISION.exec(path)?.[1] ?? null;
  return look
    ? { page: 'picture', variation_id: look, decision_id: null }
    : { page, variation_id: null, decision_id };
}

/** The place where people see each other's doings, as the server names it; null: there is none. */
export function placeOf({ page, character_id, variation_id, decision_id }: Where): string | null {
  if (variation_id) return `picture:${variation_id}`;
  if (decision_id) return `decision:${decision_id}`;
  if ((page === 'character' || page === 'versions') && character_id)
    return `${page}:${character_id}`;
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
