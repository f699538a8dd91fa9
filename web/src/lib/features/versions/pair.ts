/** Which two versions the page compares, as its address says. */
export interface Pair {
  from: number;
  to: number;
  /** `from` was chosen by hand and stays while `to` moves. */
  held: boolean;
}

function numberOf(text: string | null): number | null {
  const number = Number(text);
  return text !== null && Number.isInteger(number) && number > 0 ? number : null;
}

/** Without numbers: what the newest change did. Version 0 is before the first. */
export function pairOf(query: URLSearchParams, newest: number): Pair {
  const to = Math.min(numberOf(query.get('to')) ?? newest, newest);
  const from = numberOf(query.get('from'));
  if (from === null || from > newest || from === to) return { from: to - 1, to, held: false };
  return { from, to, held: query.has('held') || from !== to - 1 };
}

/** Looks at another version; a version that is held stays. */
export function lookAt({ from, held }: Pair, to: number): Pair {
  return held && from !== to ? { from, to, held } : { from: to - 1, to, held: false };
}

/** Holds a version to compare others with, or lets go of it. */
export function hold(pair: Pair, number: number, newest: number): Pair {
  if (pair.held && pair.from === number) return { from: pair.to - 1, to: pair.to, held: false };
  const to = number === pair.to ? newest : pair.to;
  return to === number
    ? { from: number - 1, to: number, held: false }
    : { from: number, to, held: true };
}
