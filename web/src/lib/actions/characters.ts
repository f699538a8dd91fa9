import { goto } from '$app/navigation';
import { characters as calls } from '$lib/api/calls';
import type { CharacterRead } from '$lib/api/types';
import { links } from '$lib/links';
import type { Room } from '$lib/state/room.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { attempt } from './attempt';

export async function removeCharacter(room: Room, character: CharacterRead): Promise<void> {
  const removed = await attempt(() => calls.remove(character.id));
  if (!removed) return;
  await goto(links.gallery(room.projectId));
  room.characters.remove(character.id);
  toasts.say(`${character.name} was removed.`, {
    label: 'Undo',
    run: () => void restoreCharacter(room, character.id),
  });
}

async function restoreCharacter(room: Room, id: string): Promise<void> {
  const restored = await attempt(() => calls.restore(id));
  if (restored) room.characters.upsert(restored);
}
