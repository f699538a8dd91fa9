/** Tiers and states in the words of the page. */
import type { CharacterRead, Importance, Role, Tier } from '$lib/api/types';

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

/** "7 of 10 usable pictures for Standard" */
export function tierCounter(usable: number, tier: Tier): string {
  return `${usable} of ${TIER_NEEDS[tier]} usable pictures for ${TIER_LABEL[tier]}`;
}

/** One line under a character's name: where its training stands. */
export function trainingLine(character: CharacterRead, progress: number | null): string {
  const trained = character.adapter ? 'Trained' : 'Not trained';
  switch (character.training?.state) {
    case 'queued':
      return 'Queued';
    case 'starting':
      return 'Starting';
    case 'paused':
      return 'Paused';
    case 'running':
      return progress === null ? 'Training' : `Training ${Math.round(progress)} %`;
    case 'failed':
      return 'Training failed';
    default:
      return trained;
  }
}
