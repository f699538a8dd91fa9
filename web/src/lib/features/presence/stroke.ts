/** A mark while it is drawn travels in pieces: what comes after the part that is known. */
import type { NoteMark } from '$lib/api/types';
import type { Schemas } from '$lib/api/types';

export type Spot = [number, number];
export type Piece = Omit<Schemas['Stroke'], 'points'> & { points: number[][] };
export interface Line {
  id: string;
  kind: NoteMark['kind'];
  points: readonly Spot[];
}

const DIGITS = 10_000;

export function rounded([x = 0, y = 0]: readonly number[]): Spot {
  return [Math.round(x * DIGITS) / DIGITS, Math.round(y * DIGITS) / DIGITS];
}

/** The points of a mark, in the order in which they are drawn. */
export function pointsOf(mark: NoteMark): Spot[] {
  switch (mark.kind) {
    case 'point':
      return [rounded(mark.at)];
    case 'box':
    case 'arrow':
      return [rounded(mark.start), rounded(mark.end)];
    case 'freehand':
      return mark.points.map(rounded);
  }
}

/** What has to be said so that whoever knows `told` knows `line`. */
export function pieceOf(line: Line, told: Line | null): Piece {
  const known = told?.id === line.id && told.kind === line.kind ? told.points : [];
  const most = Math.min(known.length, line.points.length);
  let keep = 0;
  while (keep < most && same(known[keep], line.points[keep])) keep += 1;
  return { id: line.id, kind: line.kind, keep, points: line.points.slice(keep) };
}

/** The line after a piece; one that was missed leaves a straight gap. */
export function joined(line: Line | null, piece: Piece): Line {
  const known = line?.id === piece.id && line.kind === piece.kind ? line.points : [];
  return {
    id: piece.id,
    kind: piece.kind,
    points: [...known.slice(0, piece.keep ?? 0), ...piece.points.map(rounded)],
  };
}

/** The mark that a line stands for; null when there is too little of it. */
export function markOfLine({ kind, points }: Line): NoteMark | null {
  const [start, end] = [points[0], points.at(-1)];
  if (!start || !end) return null;
  if (kind === 'point') return { kind, at: end };
  if (points.length < 2) return { kind: 'point', at: end };
  if (kind === 'freehand') return { kind, points: points.map((point) => [...point]) };
  return { kind, start, end };
}

function same(one: Spot | undefined, other: Spot | undefined): boolean {
  return one?.[0] === other?.[0] && one?.[1] === other?.[1];
}
