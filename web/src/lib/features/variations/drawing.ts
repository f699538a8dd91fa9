/** Measures of the small faces that show what an empty slot is for. */

export interface Expression {
  /** Height of the inner and outer end of a brow above its rest, in drawing units. */
  browIn: number;
  browOut: number;
  /** 0 closed, 1 normal, 1.4 wide. */
  eye: number;
  /** Half width of the mouth, its curve (positive smiles) and how far it is open. */
  mouth: number;
  curve: number;
  open: number;
}

const REST: Expression = { browIn: 0, browOut: 0, eye: 1, mouth: 8, curve: 0, open: 0 };

export const EXPRESSIONS: Record<string, Expression> = {
  neutral: REST,
  angry: { ...REST, browIn: -5, browOut: 2, eye: 0.8, mouth: 7, curve: -3 },
  happy: { ...REST, browIn: 1, browOut: 1, mouth: 10, curve: 8 },
  surprised: { ...REST, browIn: 5, browOut: 5, eye: 1.5, mouth: 4, curve: -4, open: 12 },
  sleepy: { ...REST, browIn: -1, browOut: -1, eye: 0.15, mouth: 6, curve: 1 },
  suspicious: { ...REST, browIn: -3, browOut: 1, eye: 0.45, mouth: 6, curve: -1 },
  excited: { ...REST, browIn: 4, browOut: 4, eye: 1.3, mouth: 10, curve: 3, open: 10 },
  scarred: REST,
  sad: { ...REST, browIn: 4, browOut: -3, eye: 0.75, mouth: 7, curve: -6 },
  fearful: { ...REST, browIn: 5, browOut: 0, eye: 1.5, mouth: 7, curve: -3, open: 4 },
  disgusted: { ...REST, browIn: -4, browOut: 0, eye: 0.5, mouth: 7, curve: -5, open: 2 },
};

/** Sideways shift of the features when the head turns, in drawing units. */
export const TURNS: Record<string, number> = {
  front: 0,
  half_left: -9,
  half_right: 9,
  side_left: -19,
  side_right: 19,
};

export interface Light {
  /** Where the lamp stands, seen from the camera; null when the light has no place. */
  lamp: [number, number] | null;
  /** Where shade begins and ends as fractions of the head, along the light. */
  from: number;
  to: number;
  /** How dark the shade is, 0 to 1. */
  depth: number;
}

export const LIGHTS: Record<string, Light> = {
  studio: { lamp: [22, 16], from: 0.6, to: 1, depth: 0.25 },
  sunny: { lamp: [74, 12], from: 0.55, to: 0.7, depth: 0.4 },
  evening: { lamp: [10, 52], from: 0.35, to: 0.95, depth: 0.5 },
  night: { lamp: [78, 14], from: 0.15, to: 0.5, depth: 0.75 },
  office: { lamp: [48, 6], from: 0.5, to: 1, depth: 0.3 },
  dim_warm: { lamp: [20, 74], from: 0.3, to: 0.8, depth: 0.6 },
  rembrandt: { lamp: [14, 14], from: 0.45, to: 0.6, depth: 0.7 },
  noir: { lamp: [10, 40], from: 0.48, to: 0.52, depth: 0.9 },
  backlit: { lamp: [48, 4], from: 0.02, to: 0.14, depth: 0.8 },
};

/** Figures as strokes: head circle, then limbs. The frame cuts what is outside. */
export const FIGURES: Record<string, { head: [number, number, number]; strokes: string[] }> = {
  bust: { head: [48, 40, 18], strokes: ['M16 96c2-22 14-30 32-30s30 8 32 30'] },
  upper_body: {
    head: [48, 28, 12],
    strokes: ['M26 96V64c0-12 8-18 22-18s22 6 22 18v32', 'M34 96V70M62 96V70'],
  },
  full_standing: {
    head: [48, 16, 7],
    strokes: ['M48 26v30', 'M36 52l4-20q8-5 16 0l4 20', 'M48 56l-6 32M48 56l6 32'],
  },
  full_walking: {
    head: [50, 16, 7],
    strokes: ['M49 26l-1 30', 'M34 48l8-14q7-6 13 0l10 12', 'M48 56l-14 30M48 56l10 14 6 18'],
  },
  full_sitting: {
    head: [42, 22, 7],
    strokes: ['M42 32l-2 28', 'M40 60h24l2 28', 'M41 38l8 14h12', 'M28 60h14M30 60v28'],
  },
};
