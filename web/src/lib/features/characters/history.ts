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
  /** Somebody without an account, by a link: then there is no actor. */
  guest: string | null;
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
  identity_route: 'way of judging',
  off_model_below: 'off-model limit',
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

function listed(items: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(items);
}

function reviewText(change: HistoryEntry['change']): string {
  const picture = text(change['picture']) ?? 'a picture';
  if ('starred' in change)
    return `${change['starred'] ? 'starred' : 'took the star off'} ${picture}`;
  return `${text(change['verdict']) ?? 'took back the verdict on'} ${picture}`;
}

/** What OnModel did by itself; the person who asked for it stands in another line. */
const MACHINE: Record<string, (object: string, change: HistoryEntry['change']) => string> = {
  'training succeeded': () => 'finished the training',
  'training failed': () => 'could not finish the training',
  'training cancelled': () => 'stopped the training',
  'went off model': (picture) => `found ${picture} off model`,
  'alert awake': (picture) => `woke the alert on ${picture}`,
  'voting ended': (_, { name }) => `ended voting: ${text(name) ?? ''}`,
  'finished golden set': (_, { number }) => `finished run ${Number(number)} of the golden set`,
};

const LIKENESS: Record<string, (picture: string) => string> = {
  same: (picture) => `said that ${picture} is the same character`,
  not_same: (picture) => `said that ${picture} is somebody else`,
  cant_tell: (picture) => `could not tell whether ${picture} is the same character`,
};

/** What people did, where the verb alone does not read as a sentence. */
const PEOPLE: Record<string, (object: string, change: HistoryEntry['change']) => string> = {
  reviewed: (_, change) => reviewText(change),
  generated: (_, { count: amount }) => `asked for ${count(Number(amount ?? 0), 'picture')}`,
  'judged likeness': (picture, { fields }) => {
    const said = text((fields as { judgement?: unknown[] } | undefined)?.judgement?.[1]);
    return LIKENESS[said ?? '']?.(picture) ?? `took back what was said of ${picture}`;
  },
  'snoozed alert': (picture, { reason }) =>
    `put the alert on ${picture} to sleep: ${text(reason) ?? ''}`,
  'closed alert': (picture) => `closed the alert on ${picture}`,
  'reopened alert': (picture) => `opened the alert on ${picture} again`,
  'chose golden set': (_, { fields }) => {
    const amount = (fields as { pictures?: unknown[] } | undefined)?.pictures?.[1];
    return `chose ${count(Number(amount ?? 0), 'picture')} as the golden set`;
  },
  'asked the team': (_, { name }) => `asked the team: ${text(name) ?? ''}`,
  'asked for votes': (_, { name }) => `asked for votes: ${text(name) ?? ''}`,
  'suggested picture': (_, { name }) => `suggested a picture: ${text(name) ?? ''}`,
  'brought picture': (picture) => `brought a picture for ${picture}`,
  'changed decision': (_, { name }) => `changed the rules: ${text(name) ?? ''}`,
  decided: (picture, { name }) => `decided ${picture}: ${text(name) ?? ''}`,
  voted: (_, { name }) => `voted: ${text(name) ?? ''}`,
  commented: (_, { name, comment }) => `commented on “${text(name) ?? ''}”: ${text(comment) ?? ''}`,
  'changed comment': (_, { name, comment }) =>
    `changed a comment on “${text(name) ?? ''}”: ${text(comment) ?? ''}`,
  'reopened decision': (_, { name }) => `opened again: ${text(name) ?? ''}`,
  'left note': (picture, { note }) => `wrote on ${picture}: ${text(note) ?? ''}`,
  'answered note': (picture, { note }) => `answered on ${picture}: ${text(note) ?? ''}`,
  'changed note': (picture, { note }) => `changed a note on ${picture}: ${text(note) ?? ''}`,
  'resolved note': (picture, { note }) => `settled on ${picture}: ${text(note) ?? ''}`,
  'reopened note': (picture, { note }) => `opened again on ${picture}: ${text(note) ?? ''}`,
  'removed note': (picture, { note }) => `removed from ${picture}: ${text(note) ?? ''}`,
  'brought note back': (picture, { note }) => `brought back on ${picture}: ${text(note) ?? ''}`,
  'went back': (_, { to, parts }) =>
    Array.isArray(parts) && parts.length > 0
      ? `took ${listed(parts as string[])} back from version ${Number(to)}`
      : `went back to version ${Number(to)}`,
  'named version': (_, { number, name }) => `named version ${Number(number)} “${text(name) ?? ''}”`,
  'ran golden set': (_, { number }) => `started run ${Number(number)} of the golden set`,
};

function textOf({ change }: HistoryEntry, changes: HistoryLine['changes']): string {
  const verb = text(change['verb']) ?? 'changed';
  const object = text(change['name']) ?? text(change['picture']);
  if (verb === 'changed' && changes.length > 0) {
    return `changed the ${changes.map((item) => item.field).join(', ')}`;
  }
  if (object) return `${verb} ${object}`;
  return ['created', 'removed', 'restored'].includes(verb) ? `${verb} the character` : verb;
}

/** One entry as a sentence. */
export function lineOf(entry: HistoryEntry): HistoryLine {
  const { change } = entry;
  const verb = text(change['verb']) ?? '';
  const machine = MACHINE[verb];
  const sentence = machine ?? PEOPLE[verb];
  // a sentence says the values itself
  const changes = sentence ? [] : changesOf(change['fields']);
  return {
    seq: entry.seq,
    at: entry.at,
    actorId: machine ? null : entry.actor_id,
    text: sentence?.(text(change['picture']) ?? 'a picture', change) ?? textOf(entry, changes),
    names: verb === 'added picture' ? [text(change['name']) ?? 'picture'] : [],
    guest: text(change['guest']),
    others: Array.isArray(change['with']) ? (change['with'] as string[]) : [],
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

/** What is said at the moment that it happens, by the socket's own message. */
const SAID_ALREADY = new Set([
  'left note',
  'answered note',
  'changed note',
  'changed comment',
  'asked the team',
  'asked for votes',
  'suggested picture',
  'decided',
  'reopened decision',
]);
const WRITTEN_TOGETHER = new Set(['description', 'positive_prompt', 'negative_prompt']);

function isSaidAlready({ change }: HistoryEntry): boolean {
  const fields = Object.keys((change['fields'] as object | undefined) ?? {});
  const isText = fields.length > 0 && fields.every((field) => WRITTEN_TOGETHER.has(field));
  const verb = text(change['verb']) ?? 'changed';
  return SAID_ALREADY.has(verb) || (verb === 'changed' && isText);
}

export interface News {
  line: HistoryLine;
  /** The character is as it was once: everybody should see that, not only hear it. */
  wentBack: boolean;
}

/** What other people did since an entry that is known, newest first, and nothing else tells of. */
export function newsSince(
  seq: number,
  entries: readonly HistoryEntry[],
  me: string | undefined,
): News[] {
  return entries
    .filter((entry) => entry.seq > seq && !isSaidAlready(entry))
    .map((entry) => ({
      line: lineOf(entry),
      wentBack: text(entry.change['verb']) === 'went back',
    }))
    .filter(({ line: { actorId } }) => actorId !== null && actorId !== me);
}
