/** The numbers at the head of the page, each with the sentence that explains it. */
import type { ConsistencyRead } from '$lib/api/types';
import { count, formatPercent } from '$lib/format';

export interface Headline {
  label: string;
  value: string;
  says: string;
}

/** The copy-paste measure of WithAnyone (arXiv 2510.14975): 0 is free of the reference, 1 a copy. */
const COPIED = 0.25;

export function headlinesOf(read: ConsistencyRead): Headline[] {
  return [coverage(read), mean(read), coherence(read), copyPaste(read)];
}

function coverage({ coverage: { measured, expected, reasons } }: ConsistencyRead): Headline {
  const missing = expected - measured;
  const why = Object.entries(reasons)
    .sort((a, b) => b[1] - a[1])
    .map(([reason, amount]) => `${amount} ${reasonWord(reason)}`)
    .join(', ');
  return {
    label: 'Judged',
    value: `${measured} of ${expected}`,
    says:
      missing <= 0
        ? 'Every picture could be judged, so the numbers beside speak for all of them.'
        : `${count(missing, 'picture')} could not be judged${why ? ` (${why})` : ''} and count neither for nor against.`,
  };
}

function mean({ mean_p_same, mean_fidelity }: ConsistencyRead): Headline {
  const rank =
    mean_fidelity === null
      ? ''
      : ` On average their likeness has rank ${Math.round(mean_fidelity)} of 100 among the references.`;
  return {
    label: 'Like the references',
    value: mean_p_same === null ? 'No number yet' : formatPercent(mean_p_same),
    says: `The mean probability that a picture shows the character of the references.${rank}`,
  };
}

function coherence({ coherence: { mean: value, lowest, pairs } }: ConsistencyRead): Headline {
  return {
    label: 'Like each other',
    value: value === null ? 'No number yet' : formatPercent(value),
    says:
      lowest === null
        ? 'Needs two pictures that can be judged.'
        : `The mean over ${count(pairs, 'pair')} of pictures; the least alike pair has ${formatPercent(lowest)}.`,
  };
}

function copyPaste({ copy_paste, items, coverage }: ConsistencyRead): Headline {
  const copies = items.filter(({ variation }) => variation.copy_paste).length;
  const pull =
    copy_paste === null
      ? ''
      : copy_paste >= COPIED
        ? ` On the whole the pictures cling to the reference they were made from (${copy_paste.toFixed(2)} of 1).`
        : ` On the whole they keep free of it (${Math.max(0, copy_paste).toFixed(2)} of 1).`;
  return {
    label: 'Near copies',
    value: `${copies} of ${coverage.measured}`,
    says: `Pictures that nearly repeat a reference; their likeness proves little.${pull}`,
  };
}

/** Codes of the server, as few words. */
const REASONS: Record<string, string> = {
  no_face: 'without a face',
  face_too_small: 'with too small a face',
  turned_away: 'turned away',
  covered: 'covered',
  no_references: 'without references to compare with',
  unreadable: 'not readable',
};

export function reasonWord(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll('_', ' ');
}
