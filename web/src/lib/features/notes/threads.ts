/** Notes of one picture in the order of their numbers, with answers, and what came along. */
import type { CarriedNote, MemberRead, NoteMark, NoteRead } from '$lib/api/types';

export interface Thread {
  note: NoteRead;
  answers: NoteRead[];
  /** Where it stands on the picture that is shown; null: on no place of it. */
  mark: NoteMark | null;
  /** Set when it was written on an earlier picture: why it stands beside this one, or ''. */
  earlier: string | null;
}

const BESIDE: Record<NonNullable<CarriedNote['reason']>, string> = {
  not_on_face: 'Its place belongs to an earlier picture.',
  no_face_then: 'The earlier picture showed no face to hold on to.',
  no_face_now: 'This picture shows no face to hold on to.',
  outside: 'Its place is outside of this picture.',
};

export function threadsOf(
  notes: readonly NoteRead[],
  variationId: string,
  carried: readonly CarriedNote[],
): Thread[] {
  const along = new Map(carried.map((one) => [one.note_id, one]));
  return notes
    .filter((note) => !note.parent_id && (note.variation_id === variationId || along.has(note.id)))
    .map((note) => {
      const came = note.variation_id === variationId ? null : (along.get(note.id) ?? null);
      return {
        note,
        answers: notes
          .filter((answer) => answer.parent_id === note.id)
          .sort((one, other) => one.created_at.localeCompare(other.created_at)),
        mark: came ? came.mark : note.mark,
        earlier: came ? (came.reason ? BESIDE[came.reason] : '') : null,
      };
    })
    .filter((thread) => thread.earlier === null || !thread.note.resolved_at)
    .sort(
      ({ note: one }, { note: other }) =>
        placeOf(one) - placeOf(other) || one.created_at.localeCompare(other.created_at),
    );
}

/** What is not sent yet has no number, and will have the last one: it stays where it stands. */
function placeOf({ number }: NoteRead): number {
  return number ?? Number.MAX_SAFE_INTEGER;
}

/** How many notes of a picture nobody has settled. */
export function openOn(notes: readonly NoteRead[], variationId: string): number {
  return notes.filter(
    (note) => !note.parent_id && !note.resolved_at && note.variation_id === variationId,
  ).length;
}

/** Whether a picture of a character has a note that can be taken along. */
export function hasNotes(notes: readonly NoteRead[], characterId: string): boolean {
  return notes.some((note) => note.character_id === characterId && !note.parent_id);
}

export type Piece =
  { kind: 'text'; text: string } | { kind: 'item'; text: string; number: number; done: boolean };

/** A note's text as paragraphs and lines to tick off. */
export function piecesOf(text: string): Piece[] {
  let number = 0;
  const pieces: Piece[] = [];
  for (const line of text.split('\n')) {
    const item = /^\s*[-*] \[([ xX])\] (.*)$/.exec(line);
    const last = pieces.at(-1);
    if (item)
      pieces.push({ kind: 'item', text: item[2] ?? '', number: number++, done: item[1] !== ' ' });
    else if (last?.kind === 'text') last.text += `\n${line}`;
    else pieces.push({ kind: 'text', text: line });
  }
  return pieces;
}

/** People whose name, written with an @ before it, stands in the text. */
export function mentionsIn(text: string, members: readonly MemberRead[]): string[] {
  return members
    .filter(({ person }) => text.includes(`@${person.name}`))
    .map(({ person }) => person.id);
}
