/** Records as they are once everything that waits has been taken. */
import type { CharacterRead, NoteRead, VariationRead } from '$lib/api/types';
import { session } from '$lib/state/session.svelte';
import type { Change } from './changes';
import { outbox } from './outbox.svelte';

/** What lies over the records of one noun. */
export interface Layer<T> {
  over(record: T): T;
  /** Records that the server does not know yet. */
  more(): readonly T[];
}

export const characterLayer: Layer<CharacterRead> = {
  over(record) {
    let shown = record;
    for (const { what } of outbox.waiting)
      if (what.kind === 'field' && what.characterId === record.id)
        shown = { ...shown, [what.field]: what.value };
    return shown;
  },
  more: () => [],
};

export const variationLayer: Layer<VariationRead> = {
  over(record) {
    let shown = record;
    for (const { what } of outbox.waiting)
      if (what.kind === 'verdict' && what.variationId === record.id)
        shown = { ...shown, ...what.change };
    return shown;
  },
  more: () => [],
};

export const noteLayer: Layer<NoteRead> = {
  over(record) {
    let shown = record;
    for (const { what, at } of outbox.waiting) {
      if (!('noteId' in what) || what.noteId !== record.id) continue;
      if (what.kind === 'settle')
        shown = { ...shown, resolved_at: what.resolved ? timeOf(at) : null };
    }
    return withTicks(shown);
  },
  more: () => outbox.waiting.flatMap(written).map((note) => noteLayer.over(note)),
};

/** A note with the lines ticked that are on their way; to those that are already so it is the same. */
export function withTicks(note: NoteRead): NoteRead {
  const ticks = outbox.of('tick', (what) => what.noteId === note.id);
  const waiting = ticks.filter(({ state }) => state === 'waiting');
  return { ...note, text: waiting.reduce((text, { what }) => ticked(text, what), note.text) };
}

/** Whether a note is only on this page so far. */
export function isUnsent(noteId: string): boolean {
  return outbox.waiting.some(({ what }) => writtenId(what) === noteId);
}

function writtenId(what: Change['what']): string | null {
  if (what.kind === 'note') return what.note.id;
  return what.kind === 'answer' ? what.answer.id : null;
}

function written({ what, at, projectId }: Change): NoteRead[] {
  if (what.kind !== 'note' && what.kind !== 'answer') return [];
  const { id, text, mentions } = what.kind === 'note' ? what.note : what.answer;
  const mark = what.kind === 'note' ? what.note.mark : null;
  const note: NoteRead = {
    id,
    project_id: projectId,
    character_id: what.characterId,
    variation_id: what.variationId,
    key: what.key,
    label: what.of,
    parent_id: what.kind === 'answer' ? what.noteId : null,
    number: null,
    mark,
    on_face: what.kind === 'note' && (what.note.on_face ?? false),
    text,
    mentions: mentions ?? [],
    together: what.kind === 'note' && (what.note.together ?? false),
    writers: [],
    version: 0,
    resolved_at: null,
    resolved_by: null,
    created_by: session.me?.id ?? null,
    created_at: timeOf(at),
    edited_at: null,
  };
  return [note];
}

const ITEM = /^(\s*[-*] \[)[ xX](\] (.*))$/;

/** A checklist with one line ticked, as the server does it. */
export function ticked(
  text: string,
  { number, done, line }: { number: number; done: boolean; line?: string },
): string {
  const lines = text.split('\n');
  const items = lines.flatMap((words, at) => {
    const item = ITEM.exec(words);
    return item ? [{ at, head: item[1] ?? '', tail: item[2] ?? '', words: item[3] ?? '' }] : [];
  });
  const away = (item: (typeof items)[number]): number => Math.abs(items.indexOf(item) - number);
  const item =
    line === undefined
      ? items[number]
      : items
          .filter(({ words }) => words.trim() === line.trim())
          .reduce<(typeof items)[number] | undefined>(
            (best, one) => (best && away(best) <= away(one) ? best : one),
            undefined,
          );
  if (item) lines[item.at] = `${item.head}${done ? 'x' : ' '}${item.tail}`;
  return lines.join('\n');
}

/** The words of a line of a checklist. */
export function itemOf(text: string, number: number): string | undefined {
  return text.split('\n').flatMap((words) => ITEM.exec(words)?.[3] ?? [])[number];
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
