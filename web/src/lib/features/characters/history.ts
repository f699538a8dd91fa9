/** The history in sentences: who did what. */
import type { HistoryEntry } from '$lib/api/types';

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

const NOUN: Record<string, string> = {
  character: 'the character',
  reference: 'a reference picture',
  training: 'the training',
  variation: 'a variation',
};

function objectOf(entry: HistoryEntry): string {
  const noun = /^server:([a-z]+)\./.exec(entry.event)?.[1] ?? '';
  const name = entry.change['name'] ?? entry.change['label'] ?? entry.change['key'];
  const object = NOUN[noun] ?? noun;
  return typeof name === 'string' && noun !== 'character' ? `${object}, ${name}` : object;
}

/** Never empty: an unknown verb still says what it was done to. */
export function lineOf(entry: HistoryEntry): HistoryLine {
  const verb = typeof entry.change['verb'] === 'string' ? entry.change['verb'] : 'changed';
  const changes = changesOf(entry.change['fields']);
  if (verb === 'changed' && changes.length > 0) {
    return { text: `changed the ${changes.map((change) => change.field).join(', ')}`, changes };
  }
  return { text: `${verb.replaceAll('_', ' ')} ${objectOf(entry)}`, changes };
}
