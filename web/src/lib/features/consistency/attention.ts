/** Which pictures a person should look at first, and why. */
import type { ConsistencyItem } from '$lib/api/types';
import { majority } from '$lib/features/identity/verdicts';
import { ATTRIBUTE_LABELS } from '$lib/features/identity/words';
import { formatPercent, formatShare, scoreOf } from '$lib/format';

export interface Attention {
  /** Larger is more urgent; 0 needs nobody. */
  weight: number;
  /** One sentence for under the picture; empty when all is well. */
  reason: string;
}

/** From this probability on a likeness to somebody else is worth a word. */
const CONFUSED = 0.5;

export function attentionOf(item: ConsistencyItem, offModelBelow: number): Attention {
  const { variation, closest_other: other, alert_id } = item;
  const score = scoreOf(variation);
  const p = variation.p_same;
  const people = majority(item.verdicts);
  if (p !== null && people === 'not_same' && p >= CONFUSED) {
    return { weight: 9, reason: 'People say this is not the same; the measure says it is.' };
  }
  if (p !== null && people === 'same' && p < offModelBelow) {
    return {
      weight: 8,
      reason: 'People say this is the same; the measure puts it below the limit.',
    };
  }
  if (other && other.p_same >= CONFUSED && (p === null || other.p_same > p)) {
    return { weight: 7, reason: `Nearer to ${other.name} (${formatPercent(other.p_same)}).` };
  }
  if (p !== null && p < offModelBelow) {
    return {
      weight: 6 + (1 - p) * 0.9,
      reason: `Below the limit of ${formatShare(offModelBelow)}${alert_id ? ', alert open' : ''}.`,
    };
  }
  if (score.tone === 'warn')
    return { weight: 4 + (1 - (p ?? 0)) * 0.9, reason: 'Look at it yourself.' };
  const differing = item.attributes.filter((attribute) => !attribute.holds);
  if (differing.length > 0) {
    const names = differing.map(({ name }) => ATTRIBUTE_LABELS[name]).join(' and ');
    return { weight: 3, reason: `${names} ${differing.length > 1 ? 'differ' : 'differs'}.` };
  }
  if (variation.measurable === 'not_measurable') {
    return { weight: 2, reason: variation.reason_text ?? 'Could not be judged.' };
  }
  if (variation.copy_paste) return { weight: 1, reason: 'Nearly a copy of a reference.' };
  return { weight: 0, reason: '' };
}

export interface Weighed {
  item: ConsistencyItem;
  attention: Attention;
}

/** Most urgent first; among equals the less alike first, then the newer. */
export function byAttention(items: readonly ConsistencyItem[], offModelBelow: number): Weighed[] {
  return items
    .map((item) => ({ item, attention: attentionOf(item, offModelBelow) }))
    .sort(
      (a, b) =>
        b.attention.weight - a.attention.weight ||
        (a.item.variation.p_same ?? 2) - (b.item.variation.p_same ?? 2) ||
        (a.item.variation.created_at < b.item.variation.created_at ? 1 : -1),
    );
}
