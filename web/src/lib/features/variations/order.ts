/** Which variations a sheet shows, and how to walk through them. */
import type { VariationRead } from '$lib/api/types';
import { fullKey, labelOf, STANDARD_SHEET, type StandardSection } from './standard';

export interface Slot {
  key: string;
  label: string;
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

function slotOf(key: string, label: string, made: readonly VariationRead[]): Slot {
  const shown = made.filter((item) => item.state !== 'cancelled');
  return {
    key,
    label,
    current: newest(shown.filter((item) => item.current)),
    candidate: newest(shown.filter((item) => item.candidate_of !== null && !item.current)),
  };
}

/** The standard sheet filled with what exists; own keys follow in sections of their own. */
export function sheetOf(variations: readonly VariationRead[]): SheetSection[] {
  const byKey = groupBy(variations);
  const sections = STANDARD_SHEET.map((section) => ({
    ...section,
    slots: section.slots.map((slot) => slotOf(slot.key, slot.label, byKey.get(slot.key) ?? [])),
  }));
  const standard = new Set(STANDARD_SHEET.flatMap(({ slots }) => slots.map((slot) => slot.key)));
  const others = [...byKey].filter(([key]) => !standard.has(key));
  if (others.length > 0) {
    sections.push({
      section: 'more',
      title: 'More',
      hint: 'Made beside the standard set.',
      slots: others.map(([key, made]) => slotOf(key, made[0]?.label ?? labelOf(key), made)),
    });
  }
  return sections;
}

function groupBy(variations: readonly VariationRead[]): Map<string, VariationRead[]> {
  const groups = new Map<string, VariationRead[]>();
  for (const item of variations) {
    const key = fullKey(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
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
  made: number;
  slots: number;
  working: number;
  approved: number;
}

export function countSheet(sections: readonly SheetSection[]): SheetCount {
  const slots = sections.flatMap((section) => section.slots);
  const current = slots.map((slot) => slot.current);
  return {
    slots: slots.length,
    made: current.filter((item) => item?.state === 'succeeded').length,
    working: slots.filter((slot) =>
      [slot.current, slot.candidate].some(
        (item) => item && ['queued', 'starting', 'running'].includes(item.state),
      ),
    ).length,
    approved: current.filter((item) => item?.verdict === 'approved').length,
  };
}
