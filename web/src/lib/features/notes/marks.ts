/** Marks on a picture: drawn with a pointer, kept as shares of its width and height. */
import type { NoteMark } from '$lib/api/types';

export type Tool = NoteMark['kind'];
export type Spot = [number, number];

export const TOOLS: readonly { kind: Tool; label: string; key: string }[] = [
  { kind: 'point', label: 'Point', key: '1' },
  { kind: 'box', label: 'Box', key: '2' },
  { kind: 'arrow', label: 'Arrow', key: '3' },
  { kind: 'freehand', label: 'Line by hand', key: '4' },
];

/** What the server takes at most; a longer line keeps every second point. */
export const MOST_POINTS = 2000;
/** A box or arrow shorter than this was a click. */
const CLICK = 0.01;

export function inside([x, y]: Spot): Spot {
  return [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))];
}

/** What a drag from one place over others means with a tool. */
export function markOf(tool: Tool, trail: readonly Spot[]): NoteMark {
  const start = trail[0] ?? [0.5, 0.5];
  const end = trail.at(-1) ?? start;
  const short = Math.hypot(end[0] - start[0], end[1] - start[1]) < CLICK;
  if (tool === 'freehand' && trail.length > 1)
    return { kind: 'freehand', points: thinned(trail).map((spot) => [...spot]) };
  if (tool === 'point' || short) return { kind: 'point', at: end };
  return tool === 'arrow' ? { kind: 'arrow', start, end } : { kind: 'box', start, end };
}

function thinned(trail: readonly Spot[]): readonly Spot[] {
  let kept = trail;
  while (kept.length > MOST_POINTS)
    kept = kept.filter((_, index) => index % 2 === 0 || index === kept.length - 1);
  return kept;
}

/** Where the number of a mark stands: on the point, a corner, the arrow's tail, the start. */
export function anchorOf(mark: NoteMark): Spot {
  switch (mark.kind) {
    case 'point':
      return mark.at as Spot;
    case 'arrow':
      return mark.start as Spot;
    case 'box': {
      const [[x0, y0], [x1, y1]] = [mark.start as Spot, mark.end as Spot];
      return [Math.min(x0, x1), Math.min(y0, y1)];
    }
    case 'freehand':
      return mark.points[0] as Spot;
  }
}

/** The mark as an SVG path in a square of one by one; `aspect` is the picture's width by height. */
export function pathOf(mark: NoteMark, aspect: number): string {
  switch (mark.kind) {
    case 'point':
      return '';
    case 'box': {
      const [[x0, y0], [x1, y1]] = [mark.start as Spot, mark.end as Spot];
      return `M${x0} ${y0}H${x1}V${y1}H${x0}Z`;
    }
    case 'arrow': {
      const [start, end] = [mark.start as Spot, mark.end as Spot];
      const back = Math.atan2((start[1] - end[1]) / aspect, start[0] - end[0]);
      const [left, right] = [-0.45, 0.45].map((turn) => [
        end[0] + Math.cos(back + turn) * 0.035,
        end[1] + Math.sin(back + turn) * 0.035 * aspect,
      ]) as [Spot, Spot];
      return `M${start.join(' ')}L${end.join(' ')}M${left.join(' ')}L${end.join(' ')}L${right.join(' ')}`;
    }
    case 'freehand':
      return `M${mark.points.map((spot) => spot.join(' ')).join('L')}`;
  }
}
