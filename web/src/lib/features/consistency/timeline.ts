/** Where each picture stands on the timeline, and what a change point says. */
import type { ChangePoint, ConsistencyItem, Drift, WhatChanged } from '$lib/api/types';
import { formatPercent } from '$lib/format';

/**
 * What the height shows. The probability saturates near 1; the rank among real pictures still
 * moves there, and a drift that nobody would see in the one is plain in the other.
 */
export type Measure = 'rank' | 'probability';

export interface Stop {
  item: ConsistencyItem;
  index: number;
  /** 0 to 1, null where it could not be judged. */
  height: number | null;
}

export function stopsOf(drift: Drift, items: readonly ConsistencyItem[], measure: Measure): Stop[] {
  const byId = new Map(items.map((item) => [item.variation.id, item]));
  return drift.variation_ids
    .map((id) => byId.get(id))
    .filter((item) => item !== undefined)
    .map((item, index) => ({ item, index, height: heightOf(item, measure) }));
}

function heightOf({ variation }: ConsistencyItem, measure: Measure): number | null {
  if (measure === 'probability') return variation.p_same;
  return variation.fidelity === null ? null : variation.fidelity / 100;
}

export interface Stretch {
  from: number;
  to: number;
  mean: number;
}

/** The flat stretches between change points, with their mean likeness; ends are inclusive. */
export function stretchesOf(stops: readonly Stop[], changes: readonly ChangePoint[]): Stretch[] {
  const starts = changes
    .map((change) => stops.findIndex((stop) => stop.item.variation.id === change.variation_id))
    .filter((index) => index > 0)
    .sort((a, b) => a - b);
  const bounds = [0, ...starts, stops.length];
  return bounds
    .slice(0, -1)
    .map((from, nth) => {
      const to = (bounds[nth + 1] ?? from) - 1;
      const measured = stops
        .slice(from, to + 1)
        .map((stop) => stop.height)
        .filter((height) => height !== null);
      const sum = measured.reduce((total, height) => total + height, 0);
      return { from, to, mean: measured.length > 0 ? sum / measured.length : NaN };
    })
    .filter((stretch) => !Number.isNaN(stretch.mean));
}

/** The last measured picture before the change, to show beside the first one after it. */
export function beforeChange(stops: readonly Stop[], change: ChangePoint): Stop | undefined {
  const at = stops.findIndex((stop) => stop.item.variation.id === change.variation_id);
  return stops.slice(0, Math.max(0, at)).findLast((stop) => stop.height !== null);
}

export function changeTitle(change: ChangePoint): string {
  const word = change.fidelity_after < change.fidelity_before ? 'fell' : 'rose';
  const [before, after] = [formatPercent(change.mean_before), formatPercent(change.mean_after)];
  const ranks = `from rank ${Math.round(change.fidelity_before)} to ${Math.round(change.fidelity_after)} of 100`;
  return before === after
    ? `Likeness ${word} ${ranks}`
    : `Likeness ${word} from ${before} to ${after}, ${ranks}`;
}

const PARTS: Record<WhatChanged['part'], string> = {
  function: 'Function',
  adapter: 'Model',
  tier: 'Quality',
  parameters: 'Settings',
  references: 'References',
};

export function partLabel(part: WhatChanged['part']): string {
  return PARTS[part];
}

/** How sure the mark is, for people who do not read p-values. */
export function sureness(pValue: number): string {
  if (pValue < 0.001) return 'Chance alone would do this less than once in 1,000 times.';
  return `Chance alone would do this about once in ${Math.round(1 / pValue).toLocaleString('en')} times.`;
}
