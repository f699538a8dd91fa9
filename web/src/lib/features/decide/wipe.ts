/** Two pictures in one place: which part of the upper one is seen, and how. */
export const OVERLAYS = [
  { value: 'wipe', label: 'Wipe', key: 'w', note: 'One picture on each side of a line' },
  { value: 'onion', label: 'Onion skin', key: 'o', note: 'One picture shines through the other' },
  { value: 'difference', label: 'Difference', key: 'd', note: 'Where the two differ is bright' },
] as const;
export type Overlay = (typeof OVERLAYS)[number]['value'];
export type Layout = 'grid' | Overlay;

export interface Layer {
  clip: string;
  opacity: number;
  blend: 'normal' | 'difference';
}

/** How the upper picture is drawn; `share` is how much of it is seen, from 0 to 1. */
export function upper(overlay: Overlay, share: number): Layer {
  const seen = Math.min(1, Math.max(0, share));
  return {
    clip: overlay === 'wipe' ? `inset(0 0 0 ${((1 - seen) * 100).toFixed(2)}%)` : 'none',
    opacity: overlay === 'onion' ? seen : 1,
    blend: overlay === 'difference' ? 'difference' : 'normal',
  };
}

/** The layout that a key asks for, or null; v shows the pictures side by side again. */
export function layoutOfKey(key: string, pictures: number): Layout | null {
  if (key === 'v') return 'grid';
  if (pictures !== 2) return null;
  return OVERLAYS.find((one) => one.key === key)?.value ?? null;
}

/**
 * Colours of a difference from none to much, as tables of an SVG filter, each channel by itself:
 * black, blue, magenta, orange, white. Brightness rises all the way, so that it reads without
 * colour too.
 */
export const HEAT = {
  red: '0 0.1 0.6 0.98 1',
  green: '0 0.15 0.15 0.6 1',
  blue: '0 0.5 0.6 0.2 1',
};
/** How much a difference is brightened before it is coloured: 1/6 of full scale is all the way. */
export const GAIN = 6;
