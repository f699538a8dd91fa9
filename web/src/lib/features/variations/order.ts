/** Which variations a sheet shows, and how to walk through them. */
import type { SlotRead, VariationRead } from '$lib/api/types';
import { sectionsOf, type StandardSection } from './standard';

export interface Slot extends Pick<SlotRead, 'key' | 'label' | 'available'> {
  /** What stands in the slot now; null when nothing was made yet. */
  current: VariationRead | null;
  /** A new picture that waits for somebody to choose, or is being made. */
  candidate: VariationRead | null;
}

export interface SheetSection extends Omit<StandardSection, 'slots'> {
  slots: Slot[];
}

function newest(list: readonly VariationRead[]): VariationRead | null {
  return list.reduce<VariationRead | null>(
    (best, item) => (best === null || item.created_at > best.created_at ? item : best),
    null,
  );
}

function slotOf(place: Omit<Slot, 'current' | 'candidate'>, made: readonly VariationRead[]): Slot {
  const shown = made.filter((item) => item.state !== 'cancelled');
  return {
    ...place,
    current: newest(shown.filter((item) => item.current)),
    candidate: newest(shown.filter((item) => item.candidate_of !== null && !item.current)),
  };
}

/** The standard sheet filled with what exists; other keys follow in a section of their own. */
export function sheetOf(
  standard: readonly SlotRead[],
  variations: readonly VariationRead[],
): SheetSection[] {
  const byKey = groupByKey(variations);
  const sections: SheetSection[] = sectionsOf(standard).map((section) => ({
    ...section,
    slots: section.slots.map((slot) => slotOf(slot, byKey.get(slot.key) ?? [])),
  }));
  for (const { key } of standard) byKey.delete(key);
  if (byKey.size > 0 && standard.length > 0) {
    sections.push({
      section: 'more',
      title: 'More',
      hint: 'Made beside the standard set.',
      slots: [...byKey].map(([key, made]) =>
        slotOf({ key, label: made[0]?.label ?? key, available: true }, made),
      ),
    });
  }
  return sections;
}

function groupByKey(variations: readonly VariationRead[]): Map<string, VariationRead[]> {
  const groups = new Map<string, VariationRead[]>();
  for (const item of variations) {
    const group = groups.get(item.key);
    if (group) group.push(item);
    else groups.set(item.key, [item]);
  }
  return groups;
}

/** The filled slots in reading order: what next and previous walk through. */
export function walk(sections: readonly SheetSection[]): VariationRead[] {
  return sections.flatMap((section) =>
    section.slots.flatMap((slot) => (slot.current ? [slot.current] : [])),
  );
}

export interface SheetCount {
  slots: number;
  made: number;
  working: number;
  /** Empty slots that this house can fill. */
  missing: number;
  approved: number;
}

export function countSheet(sections: readonly SheetSection[]): SheetCount {
  const slots = sections.flatMap((section) => section.slots);
  const current = slots.map((slot) => slot.current);
  return {
    slots: slots.length,
    made: current.filter((item) => item?.state === 'succeeded').length,
    missing: slots.filter(
      (slot) => slot.available && (slot.current === null || slot.current.state === 'failed'),
    ).length,
    working: slots.filter((slot) =>
      [slot.current, slot.candidate].some(
        (item) => item && ['queued', 'starting', 'running'].includes(item.state),
      ),
    ).length,
    approved: current.filter((item) => item?.verdict === 'approved').length,
  };
}

export interface Refusal {
  detail: string;
  wayOut: string;
  labels: string[];
}

/** Why pictures could not be made, each reason once: a whole sheet often fails for one. */
export function refusals(sections: readonly SheetSection[]): Refusal[] {
  const reasons = new Map<string, Refusal>();
  for (const { current, label } of sections.flatMap((section) => section.slots)) {
    if (current?.state !== 'failed') continue;
    const detail = current.error?.detail ?? 'The picture could not be made.';
    const known = reasons.get(detail) ?? { detail, wayOut: current.error?.try ?? '', labels: [] };
    known.labels.push(label);
    reasons.set(detail, known);
  }
  return [...reasons.values()];
}
