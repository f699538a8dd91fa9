import { notes as calls } from '$lib/api/notes';
import type { NoteRead, NoteWrite, VariationRead } from '$lib/api/types';
import { newId } from '$lib/ids';
import { itemOf } from '$lib/offline/layers';
import { outbox } from '$lib/offline/outbox.svelte';
import type { Room } from '$lib/state/room.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { attempt } from './attempt';

export async function loadNotes(room: Room, characterId: string): Promise<void> {
  const finish = room.notes.load();
  const list = await attempt(() => calls.list(characterId));
  if (list) finish(list, (note) => note.character_id === characterId);
}

/** Runs a request that answers the whole note, and keeps it. */
async function change(room: Room, run: () => Promise<NoteRead>): Promise<NoteRead | null> {
  const finish = room.notes.load();
  const saved = await attempt(run);
  if (saved) finish([saved]);
  return saved;
}

/** Shows a note at once; it is sent as soon as there is a network. Answers its id. */
export function addNote(
  room: Room,
  variation: VariationRead,
  fresh: Omit<NoteWrite, 'id'>,
): string {
  const id = newId();
  outbox.put(room.projectId, {
    kind: 'note',
    variationId: variation.id,
    characterId: variation.character_id,
    key: variation.key,
    of: variation.label,
    note: { ...fresh, id },
  });
  return id;
}

export function replyTo(room: Room, note: NoteRead, text: string, mentions: string[]): void {
  outbox.put(room.projectId, {
    kind: 'answer',
    noteId: note.id,
    variationId: note.variation_id,
    characterId: note.character_id,
    key: note.key,
    of: note.label,
    answer: { id: newId(), text, mentions },
  });
}

/** Lets everybody who reviews write in a note, or only its author. */
export async function openNote(room: Room, note: NoteRead, together: boolean): Promise<void> {
  await change(room, () => calls.open(note.id, { version: note.version, together }));
}

export function settleNote(room: Room, note: NoteRead, resolved: boolean): void {
  const settle = (wished: boolean): void => {
    outbox.put(room.projectId, {
      kind: 'settle',
      noteId: note.id,
      of: note.label,
      resolved: wished,
    });
  };
  settle(resolved);
  toasts.say(resolved ? 'Note settled.' : 'Note opened again.', {
    label: 'Undo',
    run: () => {
      settle(!resolved);
    },
  });
}

export function tickItem(room: Room, note: NoteRead, number: number, done: boolean): void {
  const line = itemOf(note.text, number);
  outbox.put(room.projectId, { kind: 'tick', noteId: note.id, of: note.label, number, done, line });
}

export async function removeNote(room: Room, note: NoteRead): Promise<void> {
  const removed = await attempt(() => calls.remove(note.id));
  if (!removed) return;
  room.notes.remove(note.id);
  toasts.say(note.parent_id ? 'Answer removed.' : 'Note removed.', {
    label: 'Undo',
    run: () => void change(room, () => calls.restore(note.id)),
  });
}
