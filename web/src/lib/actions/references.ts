import { references as calls } from '$lib/api/calls';
import type { ReferenceRead } from '$lib/api/types';
import type { Room } from '$lib/state/room.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { attempt } from './attempt';

export async function loadReferences(room: Room, characterId: string): Promise<void> {
  const finish = room.references.load();
  const list = await attempt(() => calls.list(characterId));
  if (list) finish(list, (reference) => reference.character_id === characterId);
}

export async function removeReference(room: Room, reference: ReferenceRead): Promise<void> {
  room.references.remove(reference.id);
  const removed = await attempt(() => calls.remove(reference.id));
  if (!removed) {
    room.references.upsert(reference);
    return;
  }
  toasts.say('Picture removed.', {
    label: 'Undo',
    run: () =>
      void attempt(() => calls.restore(reference.id)).then((restored) => {
        if (restored) room.references.upsert(restored);
      }),
  });
}

export async function useAsBase(room: Room, reference: ReferenceRead): Promise<void> {
  const saved = await attempt(() => calls.useAsBase(reference.id));
  if (!saved) return;
  room.references.upsert(saved);
  const character = room.characters.get(reference.character_id);
  if (character) room.characters.upsert({ ...character, base_reference_id: saved.id });
}
