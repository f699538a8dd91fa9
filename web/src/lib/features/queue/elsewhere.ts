/** Work of other projects among ours: where it stands, and what is said of it. */
import type { QueueElsewhere, QueueItem, Tier } from '$lib/api/types';
import { TIER_LABEL } from '$lib/features/characters/words';
import { formatEta } from '$lib/format';
import { isRunning } from './item';

export type Line =
  | { kind: 'item'; key: string; item: QueueItem }
  | { kind: 'elsewhere'; key: string; rows: QueueElsewhere[] };

/** So many stand as a row each; what comes after them shares one. */
const ONE_BY_ONE = 3;

/** The rows of the list: ours in their order, others' before those of ours that they precede. */
export function linesOf(items: readonly QueueItem[], others: readonly QueueElsewhere[]): Line[] {
  const working = others.filter(({ position }) => position === null);
  const waiting = others
    .filter(({ position }) => position !== null)
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const lines: Line[] = [];
  let shown = 0;
  let told = false;
  const tellWorking = () => {
    if (!told) lines.push(...grouped(working, 'working'));
    told = true;
  };
  for (const item of items) {
    if (!isRunning(item)) tellWorking();
    if (item.position !== null) {
      const before = waiting
        .slice(shown)
        .filter((one) => (one.position ?? 0) < (item.position ?? 0));
      lines.push(...grouped(before, `before-${item.position}`));
      shown += before.length;
    }
    lines.push({ kind: 'item', key: item.id, item });
  }
  if (items.length > 0) tellWorking();
  return lines;
}

function grouped(rows: readonly QueueElsewhere[], where: string): Line[] {
  const alone = rows.length <= ONE_BY_ONE + 1 ? rows.length : ONE_BY_ONE;
  const lines: Line[] = rows
    .slice(0, alone)
    .map((row, at) => ({ kind: 'elsewhere', key: `${where}-${at}`, rows: [row] }));
  if (alone < rows.length)
    lines.push({ kind: 'elsewhere', key: `${where}-rest`, rows: rows.slice(alone) });
  return lines;
}

/** "Work of another project", "Working, Low, about 20 s left"; for several their sum. */
export function elsewhereText(rows: readonly QueueElsewhere[]): { what: string; how: string } {
  const [first] = rows;
  const many = rows.length > 1;
  const working = first?.position === null;
  const tiers = [...new Set(rows.map(({ tier }) => tier))].map((tier: Tier) => TIER_LABEL[tier]);
  const known = rows.every(({ seconds }) => seconds !== null);
  const sum = rows.reduce((total, { seconds }) => total + (seconds ?? 0), 0);
  const time = known ? formatEta(sum) : '';
  return {
    what: many ? `${rows.length} more pieces of other projects’ work` : 'Work of another project',
    how: [
      working ? 'Working' : '',
      tiers.join(' and '),
      time && (working ? `${time} left` : many ? `${time} together` : `takes ${time}`),
    ]
      .filter(Boolean)
      .join(' · '),
  };
}
