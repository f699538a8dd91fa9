/** How a picture was made, in words. */
import type { Recipe } from '$lib/api/types';
import { TIER_LABEL } from '$lib/features/characters/words';

/** "Low instead of High: Every machine for it was busy."; empty for what nobody generated. */
export function qualityOf({
  tier_asked: asked,
  tier_used: used,
  tier_reason: why,
}: Recipe): string {
  if (!used) return '';
  if (!asked || used === asked) return `${TIER_LABEL[used]}, as asked`;
  return `${TIER_LABEL[used]} instead of ${TIER_LABEL[asked]}${why ? `: ${why}` : ''}`;
}
