/** What a score rests on, in sentences. */
import type { VariationRead } from '$lib/api/types';
import { formatPercent } from '$lib/format';

/** "93 to 99 %"; empty when the range is unknown or says nothing more than the number. */
export function rangeOf({ p_same_low: low, p_same_high: high }: VariationRead): string {
  if (low === null || high === null) return '';
  const from = formatPercent(low).replace(' %', '');
  const to = formatPercent(high);
  return `${from} %` === to ? '' : `${from} to ${to}`;
}

/** Fidelity is the rank of this likeness among real pictures of the character, 0 to 100. */
export function fidelityOf(fidelity: number): string {
  const percent = Math.round(fidelity);
  if (percent >= 50)
    return `As alike as the references are to each other (rank ${percent} of 100).`;
  if (percent >= 10) return `A little less alike than the references (rank ${percent} of 100).`;
  return `Less alike than almost any two references (rank ${percent} of 100).`;
}
