import type { KeyAction } from '$lib/keys';

/** What moving needs to know of a picture on the page, in pixels. */
export interface Place {
  left: number;
  top: number;
}

/** Rows of one section differ by at least this much; pictures of one row by less. */
const SAME_ROW_PX = 8;

/**
 * The picture that a key leads to: in reading order, or the nearest one of the row above or
 * below. `from` is -1 when none has the focus yet; null when there is nowhere to go.
 */
export function neighbour(
  action: KeyAction | null,
  from: number,
  places: readonly Place[],
): number | null {
  const here = places[from];
  if (action === 'next' || action === 'previous') {
    const to = here ? from + (action === 'next' ? 1 : -1) : 0;
    return places[to] ? to : null;
  }
  if (!here || (action !== 'up' && action !== 'down')) return null;
  const side = action === 'down' ? 1 : -1;
  const distance = (place: Place) => side * (place.top - here.top);
  const rows = places.map(distance).filter((away) => away > SAME_ROW_PX);
  if (rows.length === 0) return null;
  const nearest = Math.min(...rows);
  const row = places
    .map((place, index) => ({ index, place }))
    .filter(({ place }) => Math.abs(distance(place) - nearest) <= SAME_ROW_PX)
    .sort((a, b) => Math.abs(a.place.left - here.left) - Math.abs(b.place.left - here.left));
  return row[0]?.index ?? null;
}
