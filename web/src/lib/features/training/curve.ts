/** How the loss of a training went: where its points lie, and the same in words. */
import type { Curve } from '$lib/api/types';

export type Point = Curve['points'][number];

export interface Box {
  width: number;
  height: number;
}

/** What is drawn: what is kept, and what has come since. */
export function joined(kept: Curve | null, live: Curve | undefined): Curve | null {
  const last = kept?.points.at(-1)?.percent;
  if (!live || last === undefined) return live ?? kept;
  const since = live.points.filter(({ percent }) => percent > last);
  return { label: live.label, points: [...(kept?.points ?? []), ...since] };
}

/** A live curve with its newest points; another try of the training begins anew. */
export function grown(live: Curve | undefined, fresh: Curve): Curve {
  const [first] = fresh.points;
  const last = live?.points.at(-1);
  if (!live || (first && last && first.percent < last.percent)) return fresh;
  return { label: fresh.label, points: [...live.points, ...fresh.points] };
}

/** Where the points lie: the work from left to right, nothing at the bottom, the most at the top. */
export function placed(points: readonly Point[], { width, height }: Box): [number, number][] {
  const losses = points.map(({ loss }) => loss);
  const low = Math.min(0, ...losses);
  const span = Math.max(...losses) - low || 1;
  return points.map(({ percent, loss }) => [
    round((percent / 100) * width),
    round(height - ((loss - low) / span) * height),
  ]);
}

/** The `d` of an SVG path. */
export function pathOf(places: readonly [number, number][]): string {
  return places.map(([x, y], at) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join('');
}

/** "0.031 now, 0.42 at first"; once it is over "0.42 at first, 0.031 at the end". */
export function describeCurve(points: readonly Point[], running: boolean): string {
  const first = points.at(0);
  const last = points.at(-1);
  if (!first || !last) return '';
  const [from, to] = [lossText(first.loss), lossText(last.loss)];
  return running ? `${to} now, ${from} at first` : `${from} at first, ${to} at the end`;
}

/** Three digits that count, never more than six behind the point. */
export function lossText(loss: number): string {
  return String(Number(Number(loss.toPrecision(3)).toFixed(6)));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
