/** What people say of a picture: the three words, their keys, and how they are counted. */
import type { Judgement, VerdictTally } from '$lib/api/types';

export interface VerdictChoice {
  judgement: Judgement;
  label: string;
  key: string;
}

/** "?" stays the list of keys everywhere, so "can't tell" has the U of "unsure". */
export const VERDICTS: readonly VerdictChoice[] = [
  { judgement: 'same', label: 'Same', key: 's' },
  { judgement: 'not_same', label: 'Not same', key: 'n' },
  { judgement: 'cant_tell', label: "Can't tell", key: 'u' },
];

export function verdictOfKey(key: string): Judgement | null {
  return VERDICTS.find((choice) => choice.key === key.toLowerCase())?.judgement ?? null;
}

/** The tally after my word changed from what it was. */
export function withVerdict(tally: VerdictTally, mine: Judgement | null): VerdictTally {
  const next = { ...tally, mine };
  if (tally.mine) next[tally.mine] = Math.max(0, tally[tally.mine] - 1);
  if (mine) next[mine] += 1;
  return next;
}

/** "2 say same, 1 not same"; empty when nobody said anything. */
export function tallyText(tally: VerdictTally): string {
  const said = VERDICTS.filter(({ judgement }) => tally[judgement] > 0);
  return said
    .map(({ judgement, label }, index) => {
      const verb = index > 0 ? '' : tally[judgement] === 1 ? 'says ' : 'say ';
      return `${tally[judgement]} ${verb}${label.toLowerCase()}`;
    })
    .join(', ');
}

/** What most people said, when they said more of one thing than of the other. */
export function majority(tally: VerdictTally): 'same' | 'not_same' | null {
  if (tally.same === tally.not_same) return null;
  return tally.same > tally.not_same ? 'same' : 'not_same';
}
