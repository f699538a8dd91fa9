import { variations as calls } from '$lib/api/calls';
import type { VariationRead } from '$lib/api/types';
import { openTraining } from '$lib/features/training/job';
import { outbox } from '$lib/offline/outbox.svelte';
import { pins } from '$lib/state/pins.svelte';
import type { Room } from '$lib/state/room.svelte';
import { wishes } from '$lib/state/wishes.svelte';
import { attempt } from './attempt';

export async function loadVariations(room: Room, characterId: string): Promise<void> {
  const finish = room.variations.load();
  const list = await attempt(() => calls.list(characterId));
  if (list) finish(list, (variation) => variation.character_id === characterId);
}

/** Starts the given variations, or with null the whole standard sheet. */
export async function generate(
  room: Room,
  characterId: string,
  keys: string[] | null,
): Promise<void> {
  const finish = room.variations.load();
  const started = await attempt(() =>
    calls.generate(characterId, {
      keys,
      version: pins.get(characterId) ?? null,
      ...timing(room, characterId),
    }),
  );
  if (started) finish(started);
}

/** By when, and after what: before the first training nothing can be made but after it. */
function timing(room: Room, characterId: string): { after: string[]; due_at: string | null } {
  const wish = wishes.get(characterId);
  const training = openTraining(room, characterId);
  const trained = Boolean(room.characters.get(characterId)?.adapter);
  const waits = !trained || wish?.afterTraining;
  return {
    after: waits && training?.call_id ? [training.call_id] : [],
    due_at: wish?.dueAt ?? null,
  };
}

/** Shows the verdict at once; it is sent as soon as there is a network. */
export function review(
  room: Room,
  variation: VariationRead,
  change: { verdict?: 'approved' | 'rejected' | null; starred?: boolean },
): void {
  outbox.put(room.projectId, {
    kind: 'verdict',
    variationId: variation.id,
    of: variation.label,
    change,
  });
}

export async function regenerate(room: Room, variation: VariationRead): Promise<void> {
  const finish = room.variations.load();
  const candidate = await attempt(() => calls.regenerate(variation.id));
  if (candidate) finish([candidate]);
}

/** The candidate takes the place of the current picture. */
export async function confirmCandidate(room: Room, candidate: VariationRead): Promise<boolean> {
  const finish = room.variations.load();
  const confirmed = await attempt(() => calls.confirm(candidate.id));
  if (!confirmed) return false;
  finish([confirmed]);
  const before = candidate.candidate_of ? room.variations.get(candidate.candidate_of) : undefined;
  if (before?.current) room.variations.upsert({ ...before, current: false });
  return true;
}

export async function discardCandidate(room: Room, candidate: VariationRead): Promise<void> {
  const done = await attempt(() => calls.discard(candidate.id));
  if (done) room.variations.remove(candidate.id);
}

export async function cancelVariation(room: Room, variation: VariationRead): Promise<void> {
  const finish = room.variations.load();
  const cancelled = await attempt(() => calls.cancel(variation.id));
  if (cancelled) finish([cancelled]);
}
