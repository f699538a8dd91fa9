/** The history in sentences: who did what. */
import type { HistoryEntry } from '$lib/api/types';
import { count } from '$lib/format';

export interface HistoryLine {
  text: string;
  /** Old and new value of each changed fact. */
  changes: { field: string; before: string; after: string }[];
}

const FIELD_LABEL: Record<string, string> = {
  name: 'name',
  description: 'description',
  trigger_word: 'trigger word',
  importance: 'importance',
  tier: 'tier',
  tags: 'tags',
  positive_prompt: 'prompt',
  negative_prompt: 'negative prompt',
  licence: 'licence',
  consent: 'consent',
  base_reference_id: 'base face',
};

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) return value.length > 0 ? value.map(valueText).join(', ') : 'nothing';
  if (typeof value === 'object') return JSON.stringify(value);
  return `${value as string | number | boolean}`;
}

function changesOf(fields: unknown): HistoryLine['changes'] {
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields).map(([field, pair]) => {
    const [before, after] = Array.isArray(pair)
      ? (pair as unknown[])
      : [undefined, pair as unknown];
    return {
      field: FIELD_LABEL[field] ?? field.replaceAll('_', ' '),
      before: valueText(before),
      after: valueText(after),
    };
  });
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function reviewText(change: HistoryEntry['change']): string {
  const picture = text(change['picture']) ?? 'a picture';
  if ('starred' in change)
    return `${change['starred'] ? 'starred' : 'took the star off'} ${picture}`;
  return `${text(change['verdict']) ?? 'took back the verdict on'} ${picture}`;
}

/** Never empty: a verb that is not known here still says itself and what it was done to. */
export function lineOf(entry: HistoryEntry): HistoryLine {
  const verb = text(entry.change['verb']) ?? 'changed';
  const changes = changesOf(entry.change['fields']);
  const object = text(entry.change['name']) ?? text(entry.change['picture']);
  if (verb === 'changed' && changes.length > 0) {
    return { text: `changed the ${changes.map((change) => change.field).join(', ')}`, changes };
  }
  if (verb === 'reviewed') return { text: reviewText(entry.change), changes };
  if (verb === 'generated') {
    const amount = Number(entry.change['count'] ?? 0);
    return { text: `asked for ${count(amount, 'picture')}`, changes };
  }
  if (object) return { text: `${verb} ${object}`, changes };
  return {
    text: ['created', 'removed', 'restored'].includes(verb) ? `${verb} the character` : verb,
    changes,
  };
}
