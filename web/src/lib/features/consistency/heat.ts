/** The picture-by-picture table: what a cell shows, and how keys move in it. */
export type Band = 'self' | 'alike' | 'near' | 'unsure' | 'apart';

/** The same bounds as a score chip, with one more step among those that are alike. */
export function bandOf(p: number): Exclude<Band, 'self'> {
  if (p >= 0.99) return 'alike';
  if (p >= 0.9) return 'near';
  if (p > 0.1) return 'unsure';
  return 'apart';
}

export const BAND_WORDS: Record<Exclude<Band, 'self'>, string> = {
  alike: 'the same, 99 % and more',
  near: 'the same, 90 to 99 %',
  unsure: 'unsure',
  apart: 'two different ones, 10 % and less',
};

/** The number in a cell: whole percent without the sign, and no room for "more than". */
export function cellText(p: number): string {
  return `${Math.round(Math.min(Math.max(p, 0.01), 0.99) * 100)}`;
}

export interface Cell {
  row: number;
  column: number;
}

/** Where a key leads from a cell of a table with `size` rows and columns; null: nowhere. */
export function moveCell(key: string, from: Cell, size: number, wholeTable: boolean): Cell | null {
  const last = size - 1;
  const to = {
    ArrowLeft: { row: from.row, column: from.column - 1 },
    ArrowRight: { row: from.row, column: from.column + 1 },
    ArrowUp: { row: from.row - 1, column: from.column },
    ArrowDown: { row: from.row + 1, column: from.column },
    Home: { row: wholeTable ? 0 : from.row, column: 0 },
    End: { row: wholeTable ? last : from.row, column: last },
  }[key];
  if (!to || to.row < 0 || to.column < 0 || to.row > last || to.column > last) return null;
  return to;
}

/** The pairs from the least alike on, each once. */
export function pairsByLikeness(
  ids: readonly string[],
  matrix: readonly (readonly number[])[],
): { left: string; right: string; p: number }[] {
  const pairs: { left: string; right: string; p: number }[] = [];
  ids.forEach((left, row) => {
    ids.slice(row + 1).forEach((right, offset) => {
      const p = matrix[row]?.[row + 1 + offset];
      if (p !== undefined) pairs.push({ left, right, p });
    });
  });
  return pairs.sort((a, b) => a.p - b.p);
}

/** The two ids of a link's "pair", or null when it names none. */
export function pairOf(text: string | null): [string, string] | null {
  const [left, right, ...more] = text?.split(',') ?? [];
  return left && right && more.length === 0 ? [left, right] : null;
}
