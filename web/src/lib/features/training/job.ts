/** The sentences of a training job. */
import type { TrainingJobRead } from '$lib/api/types';
import { TIER_LABEL } from '$lib/features/characters/words';
import { formatEta } from '$lib/format';
import type { Progress, Room } from '$lib/state/room.svelte';

export function isOpen(job: TrainingJobRead): boolean {
  return ['queued', 'starting', 'running', 'paused'].includes(job.state);
}

/** The training of a character that is going on or waits. */
export function openTraining(room: Room, characterId: string): TrainingJobRead | null {
  return room.jobs.all().find((job) => job.character_id === characterId && isOpen(job)) ?? null;
}

/** Progress of a job, the live one where it is ahead of the record. */
export function progressOf(job: TrainingJobRead, live: Progress | undefined): Progress {
  if (live && live.progress >= job.progress) return live;
  return { progress: job.progress, step: job.step, eta_s: job.eta_s };
}

export function headlineOf(job: TrainingJobRead, progress: number): string {
  switch (job.state) {
    case 'queued':
      return 'Queued';
    case 'starting':
      return 'Starting';
    case 'running':
      return `Training ${Math.round(progress)} %`;
    case 'paused':
      return 'Paused';
    case 'succeeded':
      return 'Complete';
    case 'failed':
      return 'Training failed';
    case 'cancelled':
      return 'Cancelled';
  }
}

/** What happens now, and how long it still takes. */
export function detailOf(job: TrainingJobRead, now: Progress): string {
  if (job.state === 'queued') {
    if (job.position === null) return 'Waits for a free worker';
    return job.position <= 1 ? 'Next in line' : `${job.position - 1} ahead in line`;
  }
  const eta = formatEta(now.eta_s);
  return [now.step, eta && `${eta} left`].filter(Boolean).join(' · ');
}

/** Says so, and why, when another tier was used than asked for; empty otherwise. */
export function fallbackOf(job: TrainingJobRead): string {
  if (!job.used_tier || job.used_tier === job.asked_tier) return '';
  const used = `Asked for ${TIER_LABEL[job.asked_tier]}, made with ${TIER_LABEL[job.used_tier]}.`;
  return [used, job.tier_reason].filter(Boolean).join(' ');
}
