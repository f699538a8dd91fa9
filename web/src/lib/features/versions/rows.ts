/** The timeline's rows: what arrived by itself in a row is one of them. */
import type { VersionRead } from '$lib/api/types';

export interface Row {
  /** Newest first. */
  versions: readonly [VersionRead, ...VersionRead[]];
}

const FOLD_FROM = 3;

function arrived({ author_ids, names, number }: VersionRead): boolean {
  return author_ids.length === 0 && names.length === 0 && number > 1;
}

/** `shown` holds numbers that must have a row of their own. */
export function rowsOf(versions: readonly VersionRead[], shown: ReadonlySet<number>): Row[] {
  const rows: Row[] = [];
  let run: VersionRead[] = [];
  function close(): void {
    const [first, ...rest] = run;
    if (first && run.length >= FOLD_FROM) rows.push({ versions: [first, ...rest] });
    else rows.push(...run.map((one): Row => ({ versions: [one] })));
    run = [];
  }
  for (const one of versions) {
    if (arrived(one) && !shown.has(one.number)) {
      run.push(one);
      continue;
    }
    close();
    rows.push({ versions: [one] });
  }
  close();
  return rows;
}
