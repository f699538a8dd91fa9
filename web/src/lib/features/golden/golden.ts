/** Golden sets: which pictures, and how runs stand beside each other. */
import type { GoldenRunRead, GoldenSlot, SlotRead } from '$lib/api/types';
import { formatPercent } from '$lib/format';

/** Enough to notice a loss, few enough to run after every training. */
const FIRST = 8;

/** Fixed, so that two runs differ by the model and the function alone. */
const SEED = 7;

/** Some of every section, in the order of the sheet. */
export function firstSlots(standard: readonly SlotRead[]): GoldenSlot[] {
  const usable = standard.filter((slot) => slot.available);
  const sections = [...new Set(usable.map((slot) => slot.section))];
  const bySection = sections.map((section) => usable.filter((slot) => slot.section === section));
  const chosen = new Set<SlotRead>();
  for (let turn = 0; chosen.size < Math.min(FIRST, usable.length); turn += 1) {
    for (const slots of bySection) {
      const slot = slots[turn];
      if (slot && chosen.size < FIRST) chosen.add(slot);
    }
  }
  return usable.filter((slot) => chosen.has(slot)).map((slot) => goldenSlot(slot));
}

export function goldenSlot({ key, label }: SlotRead): GoldenSlot {
  return { key, label, seed: SEED };
}

/** The runs of one character, newest first. */
export function runsOf(runs: readonly GoldenRunRead[], characterId: string): GoldenRunRead[] {
  return runs
    .filter((run) => run.character_id === characterId)
    .toSorted((a, b) => b.number - a.number);
}

export interface Verdict {
  tone: 'good' | 'bad' | 'plain';
  word: string;
}

export function verdictOfRun(run: GoldenRunRead): Verdict {
  if (run.state === 'running') return { tone: 'plain', word: 'Running' };
  if (!run.against_last) return { tone: 'plain', word: 'First run' };
  if (run.against_last.regression) return { tone: 'bad', word: 'Got worse' };
  return { tone: 'good', word: 'As good as before' };
}

/** "puppet 1.4.0, model 3" */
export function madeBy({
  function: name,
  function_version,
  adapter_number,
}: GoldenRunRead): string {
  const parts = [
    name ? [name, function_version].filter(Boolean).join(' ') : '',
    adapter_number === null ? '' : `model ${adapter_number}`,
  ];
  return parts.filter(Boolean).join(', ') || 'Not known yet';
}

/** The change from the run before to this one, in points of rank; empty when unknown. */
export function changeText(before: number | null, after: number | null): string {
  if (before === null || after === null) return '';
  const points = Math.round(after - before);
  if (points === 0) return 'same';
  return `${points > 0 ? '+' : '−'}${Math.abs(points)}`;
}

export function meanText(run: GoldenRunRead): string {
  return run.mean_p_same === null ? '' : `${formatPercent(run.mean_p_same)} like the references`;
}
