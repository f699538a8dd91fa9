/** What a person changed, as it waits for the server. */
import type { CharacterChange } from '$lib/api/calls';
import type { Ballot, NoteWrite, Schemas, Verdict } from '$lib/api/types';

export type EditableField = keyof CharacterChange;

export type What =
  | {
      kind: 'field';
      characterId: string;
      /** The character's name, for people. */
      of: string;
      field: EditableField;
      value: unknown;
      /** What stood there when the person began. */
      seen: unknown;
      version: number;
    }
  | {
      kind: 'verdict';
      variationId: string;
      of: string;
      change: { verdict?: Verdict | null; starred?: boolean };
    }
  | { kind: 'vote'; decisionId: string; candidateId: string; of: string; vote: Ballot }
  | { kind: 'pair'; decisionId: string; of: string; pair: Schemas['PairWrite'] }
  | {
      kind: 'comment';
      decisionId: string;
      of: string;
      text: string;
      candidateId: string | null;
      /** Missing in what an older page kept. */
      mentions?: string[];
    }
  | {
      kind: 'note';
      variationId: string;
      characterId: string;
      key: string;
      of: string;
      note: NoteWrite & { id: string };
    }
  | {
      kind: 'answer';
      noteId: string;
      variationId: string;
      characterId: string;
      key: string;
      of: string;
      answer: { id: string; text: string; mentions: string[] };
    }
  | { kind: 'settle'; noteId: string; of: string; resolved: boolean }
  | {
      kind: 'tick';
      noteId: string;
      of: string;
      number: number;
      done: boolean;
      /** The words of the line; a change that was kept by an older page has none. */
      line?: string;
    }
  /** New words of a note as an older page kept them; now they are a text that is written together. */
  | {
      kind: 'words';
      noteId: string;
      of: string;
      change: { version: number; text: string; mentions: string[] };
    }
  /** Words of a shared text that the server would not take; never sent, kept to be copied. */
  | { kind: 'text'; of: string; field: string; text: string };

export type Kind = What['kind'];
export type Of<K extends Kind> = Extract<What, { kind: K }>;

/** Why the server did not take a change, in a form that can be stored. */
export interface Refusal {
  code: string;
  message: string;
  wayOut: string | null;
  fields: Record<string, string>;
}

/** What stands in a field that two people changed. */
export interface Theirs {
  value: unknown;
  by: string | null;
}

export interface Change {
  /** Also the key under which the server applies it once. */
  id: string;
  userId: string;
  projectId: string;
  at: number;
  /** Whether it may have arrived: then it stays as it is. */
  tried: boolean;
  state: 'waiting' | 'refused' | 'conflict';
  refusal: Refusal | null;
  theirs: Theirs | null;
  what: What;
}

/** The words of a change, to be copied when it cannot be sent. */
export function wordsOf(what: What): string {
  switch (what.kind) {
    case 'field':
      return Array.isArray(what.value) ? what.value.join(', ') : String(what.value);
    case 'note':
      return what.note.text;
    case 'answer':
      return what.answer.text;
    case 'words':
      return what.change.text;
    case 'comment':
    case 'text':
      return what.text;
    case 'tick':
      return what.line ?? '';
    default:
      return '';
  }
}

/** What it is, for a list of changes. */
export function titleOf(what: What): string {
  switch (what.kind) {
    case 'field':
    case 'text':
      return `${fieldName(what.field)} of ${what.of}`;
    case 'verdict':
      return `Your verdict on ${what.of}`;
    case 'vote':
      return `Your vote: ${what.of}`;
    case 'pair':
      return `Your comparison: ${what.of}`;
    case 'comment':
      return `Your comment: ${what.of}`;
    case 'note':
      return `A note on ${what.of}`;
    case 'answer':
      return `An answer on ${what.of}`;
    case 'words':
      return `Your words on ${what.of}`;
    case 'settle':
      return what.resolved ? `A note settled on ${what.of}` : `A note opened again on ${what.of}`;
    case 'tick':
      return `A line ticked on ${what.of}`;
  }
}

export function fieldName(field: string): string {
  const name = field.replaceAll('_', ' ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/**
 * The waiting change that a newer one on the same thing replaces, so that only the last word is
 * sent. One that may have arrived is never touched.
 */
export function replaced(changes: readonly Change[], what: What): Change | null {
  const found = changes.findLast((one) => one.state === 'waiting' && sameThing(one.what, what));
  return found && !found.tried ? found : null;
}

function sameThing(one: What, other: What): boolean {
  if (one.kind === 'field' && other.kind === 'field')
    return one.characterId === other.characterId && one.field === other.field;
  if (one.kind === 'vote' && other.kind === 'vote') return one.candidateId === other.candidateId;
  if (one.kind === 'pair' && other.kind === 'pair')
    return one.decisionId === other.decisionId && same(bothOf(one), bothOf(other));
  if (one.kind === 'verdict' && other.kind === 'verdict')
    return one.variationId === other.variationId;
  if (one.kind === 'settle' && other.kind === 'settle') return one.noteId === other.noteId;
  return false;
}

function bothOf({ pair }: Of<'pair'>): string[] {
  return [pair.left_id, pair.right_id].sort();
}

/** Two changes on the same thing as one: what was seen first, and the last word. */
export function joined(earlier: What, later: What): What {
  if (earlier.kind === 'field' && later.kind === 'field')
    return { ...later, seen: earlier.seen, version: earlier.version };
  if (earlier.kind === 'verdict' && later.kind === 'verdict')
    return { ...later, change: { ...earlier.change, ...later.change } };
  return later;
}

export function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
