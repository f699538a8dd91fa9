/** The standard sheet: what a full set of one character holds, in the order it is shown. */

export interface StandardSlot {
  key: string;
  label: string;
}

export interface StandardSection {
  section: string;
  title: string;
  hint: string;
  slots: StandardSlot[];
}

function section(name: string, title: string, hint: string, keys: string[]): StandardSection {
  return {
    section: name,
    title,
    hint,
    slots: keys.map((key) => ({ key: `${name}/${key}`, label: labelOf(key) })),
  };
}

/** "half_left" reads "Half left". */
export function labelOf(key: string): string {
  const words = key.split('/').at(-1)?.replaceAll('_', ' ') ?? key;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const STANDARD_SHEET: readonly StandardSection[] = [
  section('expression', 'Expressions', 'How the face moves while it stays the same face.', [
    'neutral',
    'angry',
    'happy',
    'surprised',
    'sleepy',
    'suspicious',
    'excited',
    'scarred',
    'sad',
    'fearful',
    'disgusted',
  ]),
  section('angle', 'Angles', 'The head turned, as the camera will see it.', [
    'front',
    'side_left',
    'side_right',
    'half_left',
    'half_right',
  ]),
  section('lighting', 'Lighting', 'The same face in the light of the scene.', [
    'studio',
    'sunny',
    'evening',
    'night',
    'office',
    'dim_warm',
    'rembrandt',
    'noir',
    'backlit',
  ]),
  section('body', 'Body', 'How much of the figure is in frame, and what it does.', [
    'bust',
    'upper_body',
    'full_standing',
    'full_walking',
    'full_sitting',
  ]),
];

/** A variation's key with its section, whichever way the record writes it. */
export function fullKey(record: { section: string; key: string }): string {
  return record.key.includes('/') ? record.key : `${record.section}/${record.key}`;
}
