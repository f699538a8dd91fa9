/** Moving rows of a list, with the pointer or with keys. */

/** Where a row goes: before this one, or after that one. */
export type Place = { before: string } | { after: string };

/** The place one step up (-1) or down (+1), or null at the edge. */
export function step(order: readonly string[], id: string, by: -1 | 1): Place | null {
  const neighbour = order[order.indexOf(id) + by];
  if (!order.includes(id) || neighbour === undefined) return null;
  return by < 0 ? { before: neighbour } : { after: neighbour };
}

/** The place before the first or after the last row, or null when it is there already. */
export function edge(order: readonly string[], id: string, end: 'first' | 'last'): Place | null {
  const goal = end === 'first' ? order[0] : order.at(-1);
  if (goal === undefined || goal === id) return null;
  return end === 'first' ? { before: goal } : { after: goal };
}

/** The place that a drop means, or null when the row would stay where it is. */
export function drop(
  order: readonly string[],
  id: string,
  over: string,
  half: 'upper' | 'lower',
): Place | null {
  const from = order.indexOf(id);
  const onto = order.indexOf(over);
  if (from < 0 || onto < 0) return null;
  const gap = half === 'upper' ? onto : onto + 1;
  if (gap === from || gap === from + 1) return null;
  return half === 'upper' ? { before: over } : { after: over };
}

/** The list as it will be, to show it at once. */
export function moved(order: readonly string[], id: string, place: Place): string[] {
  const rest = order.filter((other) => other !== id);
  const at = 'before' in place ? rest.indexOf(place.before) : rest.indexOf(place.after) + 1;
  return at < 0 ? [...order] : rest.toSpliced(at, 0, id);
}
