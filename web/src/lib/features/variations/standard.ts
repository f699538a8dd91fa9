/** The standard sheet: which pictures a full set of one character holds comes from the server. */
import type { SlotRead } from '$lib/api/types';

interface SectionWords {
  title: string;
  hint: string;
}

const WORDS: Record<string, SectionWords> = {
  expression: {
    title: 'Expressions',
    hint: 'How the face moves while it stays the same face.',
  },
  angle: { title: 'Angles', hint: 'The head turned, as the camera will see it.' },
  lighting: { title: 'Lighting', hint: 'The same face in the light of the scene.' },
  body: { title: 'Body', hint: 'How much of the figure is in frame, and what it does.' },
};

export interface StandardSection extends SectionWords {
  section: string;
  slots: SlotRead[];
}

/** The slots by section, in the order of the server. */
export function sectionsOf(slots: readonly SlotRead[]): StandardSection[] {
  const sections = new Map<string, StandardSection>();
  for (const slot of slots) {
    const words = WORDS[slot.section] ?? { title: labelOf(slot.section), hint: '' };
    const known = sections.get(slot.section) ?? { section: slot.section, ...words, slots: [] };
    known.slots.push(slot);
    sections.set(slot.section, known);
  }
  return [...sections.values()];
}

/** "half_left" reads "Half left". */
export function labelOf(key: string): string {
  const words = key.split('/').at(-1)?.replaceAll('_', ' ') ?? key;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
