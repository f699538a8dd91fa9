/** The history in sentences: who did what. */
import type { HistoryEntry } from '$lib/api/types';
import { count } from '$lib/format';

export interface HistoryLine {
  seq: number;
  at: string;
  /** null: OnModel itself. */
  actorId: string | null;
  text: string;
  /** Names of what was done, when several lines became one. */
  names: string[];
  /** Who wrote at the same time. */
  others: string[];
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

const MACHINE: Record<string, string> = {
  'training succeeded': 'finished the training',
  'training failed': 'could not finish the training',
  'training cancelled': 'stopped the training',
};

function textOf({ change }: HistoryEntry, changes: HistoryLine['changes']): string {
  const verb = text(change['verb']) ?? 'changed';
  const object = text(change['name']) ?? text(change['picture']);
  if (verb === 'changed' && changes.length > 0) {
    return `changed the ${changes.map((item) => item.field).join(', ')}`;
  }
  if (verb === 'reviewed') return reviewText(change);
  if (verb === 'generated') return `asked for ${count(Number(change['count'] ?? 0), 'picture')}`;
  if (object) return `${verb} ${object}`;
  return ['created', 'removed', 'restored'].includes(verb) ? `${verb} the character` : verb;
}

function lineOf(entry: HistoryEntry): HistoryLine {
  const verb = text(entry.change['verb']) ?? '';
  const machine = MACHINE[verb];
  const changes = changesOf(entry.change['fields']);
  return {
    seq: entry.seq,
    at: entry.at,
    actorId: machine ? null : entry.actor_id,
    text: machine ?? textOf(entry, changes),
    names: verb === 'added picture' ? [text(entry.change['name']) ?? 'picture'] : [],
    others: Array.isArray(entry.change['with']) ? (entry.change['with'] as string[]) : [],
    changes,
  };
}

/** Newest first; pictures that one person added in a row are one line. */
export function linesOf(entries: readonly HistoryEntry[]): HistoryLine[] {
  const lines: HistoryLine[] = [];
  for (const entry of entries) {
    const line = lineOf(entry);
    const last = lines.at(-1);
    if (last && last.names.length > 0 && line.names.length > 0 && last.actorId === line.actorId) {
      last.names.push(...line.names);
      last.text = `added ${count(last.names.length, 'picture')}`;
    } else {
      lines.push(line);
    }
  }
  return lines;
}
