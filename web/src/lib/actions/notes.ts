import { notes as calls } from '$lib/api/notes';
import type { NoteRead, NoteWrite } from '$lib/api/types';
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

export function addNote(
  room: Room,
  variationId: string,
  fresh: NoteWrite,
): Promise<NoteRead | null> {
  return change(room, () => calls.add(variationId, fresh));
}

export function replyTo(
  room: Room,
  note: NoteRead,
  text: string,
  mentions: string[],
): Promise<NoteRead | null> {
  const id = crypto.randomUUID();
  return change(room, () => calls.reply(note.id, { id, text, mentions }));
}

export function editNote(
  room: Room,
  note: NoteRead,
  text: string,
  mentions: string[],
): Promise<NoteRead | null> {
  return change(room, () => calls.edit(note.id, { version: note.version, text, mentions }));
}

export async function settleNote(room: Room, note: NoteRead, resolved: boolean): Promise<void> {
  const saved = await change(room, () => calls.settle(note.id, resolved));
  if (!saved) return;
  toasts.say(resolved ? 'Note settled.' : 'Note opened again.', {
    label: 'Undo',
    run: () => void change(room, () => calls.settle(note.id, !resolved)),
  });
}

export async function tickItem(
  room: Room,
  note: NoteRead,
  number: number,
  done: boolean,
): Promise<void> {
  await change(room, () => calls.tick(note.id, number, done));
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
