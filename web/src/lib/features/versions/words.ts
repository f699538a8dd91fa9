/** How versions read on the page. */
import type { SheetScores, VersionRead } from '$lib/api/types';
import { formatPercent } from '$lib/format';

/** “Ada and Bob”, or OnModel for what happened by itself. */
export function authorsOf(
  { author_ids }: VersionRead,
  nameOf: (userId: string | null) => string,
): string {
  if (author_ids.length === 0) return nameOf(null);
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(
    author_ids.map((id) => nameOf(id)),
  );
}

/** The value of a fact, for people. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : 'nothing';
  return typeof value === 'string' || typeof value === 'number'
    ? `${value}`
    : JSON.stringify(value);
}

/** “97 % on average, 91 % at least, 12 of 14 judged”. */
export function scoresText({
  pictures,
  measured,
  p_same_mean,
  p_same_lowest,
}: SheetScores): string {
  if (pictures === 0) return 'no pictures on the sheet';
  if (p_same_mean === null || p_same_lowest === null) return `none of ${pictures} judged`;
  return (
    `${formatPercent(p_same_mean)} on average, ${formatPercent(p_same_lowest)} at least, ` +
    `${measured} of ${pictures} judged`
  );
}
