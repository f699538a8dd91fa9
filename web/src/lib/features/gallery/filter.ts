/** Which characters the gallery shows and in which order; the same rules as the server's list. */
import type { CharacterRead, Tier } from '$lib/api/types';

export type Sort = 'name' | '-updated' | '-created';
export type TrainingFilter = 'untrained' | 'training' | 'trained' | 'failed';

export interface Filter {
  q: string;
  tag: string;
  tier: Tier | '';
  state: TrainingFilter | '';
  sort: Sort;
}

export const SORTS: readonly { value: Sort; label: string }[] = [
  { value: '-updated', label: 'Last changed' },
  { value: '-created', label: 'Newest' },
  { value: 'name', label: 'Name' },
];
export const STATES: readonly { value: TrainingFilter; label: string }[] = [
  { value: 'untrained', label: 'Not trained' },
  { value: 'training', label: 'In training' },
  { value: 'trained', label: 'Trained' },
  { value: 'failed', label: 'Training failed' },
];
export const TIERS: readonly { value: Tier; label: string }[] = [
  { value: 'low', label: 'Low' },
  { value: 'standard', label: 'Standard' },
  { value: 'high', label: 'High' },
];

export const NO_FILTER: Filter = { q: '', tag: '', tier: '', state: '', sort: '-updated' };

function oneOf<T extends string>(value: string | null, options: readonly { value: T }[]): T | '' {
  return options.find((option) => option.value === value)?.value ?? '';
}

export function filterFrom(params: URLSearchParams): Filter {
  return {
    q: params.get('q') ?? '',
    tag: params.get('tag') ?? '',
    tier: oneOf(params.get('tier'), TIERS),
    state: oneOf(params.get('state'), STATES),
    sort: oneOf(params.get('sort'), SORTS) || NO_FILTER.sort,
  };
}

/** The query part of the gallery's link; defaults are left out. */
export function filterQuery(filter: Filter): string {
  const params = new URLSearchParams();
  for (const key of ['q', 'tag', 'tier', 'state', 'sort'] as const) {
    if (filter[key] && filter[key] !== NO_FILTER[key]) params.set(key, filter[key]);
  }
  const text = params.toString();
  return text ? `?${text}` : '';
}

export function isFiltered(filter: Filter): boolean {
  return Boolean(filter.q.trim() || filter.tag || filter.tier || filter.state);
}

const IN_TRAINING = new Set<string>(['queued', 'starting', 'running', 'paused']);
const searchText = new WeakMap<CharacterRead, string>();

function textOf(character: CharacterRead): string {
  let text = searchText.get(character);
  if (text === undefined) {
    text = [character.name, character.trigger_word, character.description, ...character.tags]
      .join(' ')
      .toLowerCase();
    searchText.set(character, text);
  }
  return text;
}

function hasState(character: CharacterRead, state: TrainingFilter): boolean {
  switch (state) {
    case 'untrained':
      return character.training === null;
    case 'training':
      return character.training !== null && IN_TRAINING.has(character.training.state);
    case 'trained':
      return character.adapter !== null;
    case 'failed':
      return character.training?.state === 'failed';
  }
}

export function matches(character: CharacterRead, filter: Filter): boolean {
  if (filter.tier && character.tier !== filter.tier) return false;
  if (filter.tag && !character.tags.includes(filter.tag)) return false;
  if (filter.state && !hasState(character, filter.state)) return false;
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = textOf(character);
  return words.every((word) => text.includes(word));
}

/** Filtered and sorted, as the gallery shows it. */
export function select(all: readonly CharacterRead[], filter: Filter): CharacterRead[] {
  const shown = all.filter((character) => matches(character, filter));
  if (filter.sort === 'name') {
    const names = new Map(shown.map((character) => [character.id, character.name.toLowerCase()]));
    return shown.sort((a, b) => compare(names.get(a.id) ?? '', names.get(b.id) ?? '', a, b));
  }
  const key = filter.sort === '-created' ? 'created_at' : 'updated_at';
  return shown.sort((a, b) => compare(b[key], a[key], b, a));
}

function compare(left: string, right: string, a: CharacterRead, b: CharacterRead): number {
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** The same characters in an order of before; those that it does not name come last. */
export function inOrder(
  characters: readonly CharacterRead[],
  ids: readonly string[],
): CharacterRead[] {
  const place = new Map(ids.map((id, index) => [id, index]));
  const at = ({ id }: CharacterRead): number => place.get(id) ?? ids.length;
  return characters.toSorted((a, b) => at(a) - at(b));
}

/** Every tag in use, most used first. */
export function tagsOf(all: readonly CharacterRead[]): string[] {
  const counts = new Map<string, number>();
  for (const character of all) {
    for (const tag of character.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([tag]) => tag);
}
