/** The stream of a project in lines: runs of the same are one line, with their pictures. */
import type { ActivityEntry, FileRef, HistoryEntry } from '$lib/api/types';
import { lineOf } from '$lib/features/characters/history';
import { count } from '$lib/format';

export interface StreamLine {
  /** The newest of the run. */
  seq: number;
  at: string;
  /** null: OnModel itself. */
  actorId: string | null;
  /** Somebody without an account, by a link. */
  guest: string | null;
  text: string;
  character: ActivityEntry['character'];
  url: string;
  pictures: { file: FileRef; url: string }[];
  /** How many things the line stands for. */
  amount: number;
}

type Change = HistoryEntry['change'];

/** What people did to a project as a whole; the same verbs read otherwise of a character. */
const PROJECT: Record<string, Record<string, (change: Change) => string>> = {
  'server:project.updated': {
    created: () => 'opened the project',
    changed: () => 'changed the project’s settings',
  },
  'server:members.updated': {
    'gave role': ({ person, role }) => `made ${said(person)} ${said(role)}`,
    removed: ({ person }) => `took ${said(person) || 'somebody'} out of the project`,
    'removed team': () => 'took a team out of the project',
    'joined team': ({ person, team }) => `put ${said(person)} into the team ${said(team)}`,
    'left team': ({ person, team }) => `took ${said(person)} out of the team ${said(team)}`,
  },
  'server:share.updated': { 'changed share': () => 'changed who gets how much machine time' },
};

/** How a run of several reads. Verbs that are not here always stand alone. */
const RUNS: Record<string, (amount: number, newest: Change) => string> = {
  'added picture': (n) => `added ${count(n, 'picture')}`,
  'removed picture': (n) => `removed ${count(n, 'picture')}`,
  reviewed: (n, change) =>
    'starred' in change
      ? `${change['starred'] ? 'starred' : 'took the star off'} ${count(n, 'picture')}`
      : `${said(change['verdict']) || 'took back the verdict on'} ${count(n, 'picture')}`,
  'judged likeness': (n) => `judged the likeness of ${count(n, 'picture')}`,
  'replaced picture': (n) => `replaced ${count(n, 'picture')}`,
  'kept picture': (n) => `kept ${count(n, 'picture')}`,
  'brought picture': (n) => `brought ${count(n, 'picture')}`,
  voted: (n) => `voted on ${count(n, 'question')}`,
  commented: (n) => `wrote ${count(n, 'comment')}`,
  'suggested picture': (n) => `suggested ${count(n, 'picture')}`,
  'went off model': (n) => `found ${count(n, 'picture')} off model`,
  'closed alert': (n) => `closed ${count(n, 'alert')}`,
  'left note': (n) => `wrote ${count(n, 'note')}`,
  'answered note': (n) => `answered ${count(n, 'note')}`,
  'changed note': (n) => `changed ${count(n, 'note')}`,
  'changed comment': (n) => `changed ${count(n, 'comment')}`,
  'resolved note': (n) => `settled ${count(n, 'note')}`,
  changed: (n) => `made ${count(n, 'change')}`,
};

const RUN_MS = 3_600_000;
const MOST_PICTURES = 8;

function said(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function single(entry: ActivityEntry): StreamLine {
  const { seq, at, character, url, file, change } = entry;
  const project = PROJECT[entry.event]?.[said(change['verb'])];
  const line = lineOf(entry);
  return {
    seq,
    at,
    actorId: line.actorId,
    guest: line.guest,
    text: project?.(change) ?? line.text,
    character,
    url,
    pictures: file ? [{ file, url }] : [],
    amount: 1,
  };
}

/** What two entries have in common when they belong to one run; null for what stands alone. */
function runKey({ event, change, character, actor_id }: ActivityEntry): string | null {
  const verb = said(change['verb']);
  if (!RUNS[verb] || PROJECT[event]?.[verb]) return null;
  const how = 'starred' in change ? `star ${String(change['starred'])}` : said(change['verdict']);
  return [actor_id, said(change['guest']), event, verb, how, character?.id].join(' ');
}

/** Newest first, as they come. `apart` is a seq that no run may reach across. */
export function streamOf(entries: readonly ActivityEntry[], apart = -1): StreamLine[] {
  const lines: StreamLine[] = [];
  let key: string | null = null;
  let before: ActivityEntry | null = null;
  for (const entry of entries) {
    const last = lines.at(-1);
    const line = single(entry);
    const same = runKey(entry);
    const near = before !== null && Date.parse(before.at) - Date.parse(entry.at) < RUN_MS;
    const across = before !== null && before.seq > apart && entry.seq <= apart;
    if (last && same !== null && same === key && near && !across) {
      last.amount += 1;
      last.text = RUNS[said(entry.change['verb'])]?.(last.amount, entry.change) ?? last.text;
      last.url = entry.character ? (entry.url.split('?')[0] ?? entry.url) : entry.url;
      const shown = new Set(last.pictures.map(({ file }) => file.id));
      last.pictures.push(...line.pictures.filter(({ file }) => !shown.has(file.id)));
      last.pictures = last.pictures.slice(0, MOST_PICTURES);
    } else {
      lines.push(line);
    }
    key = same;
    before = entry;
  }
  return lines;
}
