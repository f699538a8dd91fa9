import type { KeyAction } from '$lib/keys';

/** Where the focus goes in a grid of `count` cells in rows of `columns`; null when it stays. */
export function move(
  action: KeyAction | null,
  from: number,
  count: number,
  columns: number,
): number | null {
  const steps: Partial<Record<KeyAction, number>> = {
    next: 1,
    previous: -1,
    down: columns,
    up: -columns,
  };
  const step = action ? steps[action] : undefined;
  if (step === undefined || count === 0) return null;
  if (from < 0) return 0;
  const to = from + step;
  if (to < 0 || to >= count) return null;
  return to;
}
