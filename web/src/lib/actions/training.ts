import { training as calls } from '$lib/api/calls';
import type { Tier, TrainingJobRead } from '$lib/api/types';
import type { Room } from '$lib/state/room.svelte';
import { attempt } from './attempt';

export async function loadTraining(room: Room, characterId: string): Promise<void> {
  const finish = room.jobs.load();
  const list = await attempt(() => calls.list(characterId));
  if (list) finish(list, (job) => job.character_id === characterId);
}

export async function train(room: Room, characterId: string, tier: Tier): Promise<void> {
  const finish = room.jobs.load();
  const job = await attempt(() => calls.start(characterId, tier));
  if (job) finish([job]);
}

export async function cancelTraining(room: Room, job: TrainingJobRead): Promise<void> {
  const finish = room.jobs.load();
  const cancelled = await attempt(() => calls.cancel(job.id));
  if (cancelled) finish([cancelled]);
}
