/** The filter of the history and how it stands in the page's address. */
import type { QueueItem } from '$lib/api/types';

export const STATES = [
  { value: 'failed', label: 'Failed' },
  { value: 'succeeded', label: 'Done' },
  { value: 'cancelled', label: 'Cancelled' },
] as const;

export const TASKS: readonly { value: QueueItem['task']; label: string }[] = [
  { value: 'character.train_lora', label: 'Training' },
  { value: 'character.generate_variation', label: 'Pictures' },
  { value: 'character.validate_consistency', label: 'Measuring' },
];

export interface Filter {
  state: (typeof STATES)[number]['value'] | '';
  task: QueueItem['task'] | '';
  person: string;
  project: string;
  q: string;
}

export const NO_FILTER: Filter = { state: '', task: '', person: '', project: '', q: '' };
const KEYS = ['state', 'task', 'person', 'project', 'q'] as const;

export function filterFrom(params: URLSearchParams): Filter {
  const known = <T extends string>(key: string, options: readonly { value: T }[]): T | '' =>
    options.find(({ value }) => value === params.get(key))?.value ?? '';
  return {
    state: known('state', STATES),
    task: known('task', TASKS),
    person: params.get('person') ?? '',
    project: params.get('project') ?? '',
    q: params.get('q') ?? '',
  };
}

/** The query part of the page's address; what is not filtered is left out. */
export function filterQuery(filter: Filter): string {
  const params = new URLSearchParams({ show: 'history' });
  for (const key of KEYS) if (filter[key].trim()) params.set(key, filter[key].trim());
  return `?${params.toString()}`;
}

export function isFiltered(filter: Filter): boolean {
  return KEYS.some((key) => filter[key].trim() !== '');
}
