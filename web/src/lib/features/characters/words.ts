/** Tiers and states in the words of the page. */
import type { CharacterRead, Importance, JobState, Role, Tier } from '$lib/api/types';

export const TIER_LABEL: Record<Tier, string> = { low: 'Low', standard: 'Standard', high: 'High' };
/** Usable pictures that training asks for (contracts, section 4). */
export const TIER_NEEDS: Record<Tier, number> = { low: 5, standard: 10, high: 20 };
export const TIER_ORDER: readonly Tier[] = ['low', 'standard', 'high'];

export const IMPORTANCE: readonly { value: Importance; label: string }[] = [
  { value: 'lead', label: 'Lead' },
  { value: 'supporting', label: 'Supporting' },
  { value: 'background', label: 'Background' },
];

export const ROLES: readonly { value: Role; label: string; note: string }[] = [
  { value: 'owner', label: 'Owner', note: 'Everything, also people and roles' },
  { value: 'editor', label: 'Editor', note: 'Characters, training and pictures' },
  { value: 'reviewer', label: 'Reviewer', note: 'Looks, approves and rejects' },
  { value: 'viewer', label: 'Viewer', note: 'Looks' },
];

export const STATE_LABEL: Record<JobState, string> = {
  queued: 'Queued',
  starting: 'Starting',
  running: 'Training',
  paused: 'Paused',
  succeeded: 'Complete',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** The highest tier that this many usable pictures are enough for. */
export function reachedTier(usable: number): Tier | null {
  return TIER_ORDER.filter((tier) => usable >= TIER_NEEDS[tier]).at(-1) ?? null;
}

/** "7 of 10 usable pictures for Standard" */
export function tierCounter(usable: number, tier: Tier): string {
  return `${usable} of ${TIER_NEEDS[tier]} usable pictures for ${TIER_LABEL[tier]}`;
}

/** One line under a character's name: where its training stands. */
export function trainingLine(character: CharacterRead, progress: number | null): string {
  const { training, adapter } = character;
  if (!training) return adapter ? 'Trained' : 'Not trained';
  switch (training.state) {
    case 'queued':
    case 'starting':
    case 'paused':
      return STATE_LABEL[training.state];
    case 'running':
      return progress === null ? 'Training' : `Training ${Math.round(progress)} %`;
    case 'succeeded':
      return 'Trained';
    case 'failed':
      return 'Training failed';
    case 'cancelled':
      return adapter ? 'Trained' : 'Not trained';
  }
}
