/** What a check found, in words and order of weight. */
import type { Finding, ReferenceRead, Tone } from '$lib/api/types';

export interface VerdictWord {
  tone: 'good' | 'plain' | 'bad';
  word: string;
}

export function verdictOf(reference: ReferenceRead): VerdictWord {
  if (reference.state === 'checking') return { tone: 'plain', word: 'Checking' };
  if (reference.state === 'failed') return { tone: 'bad', word: 'Not checked' };
  switch (reference.verdict) {
    case 'helps':
      return { tone: 'good', word: 'Helps' };
    case 'hurts':
      return { tone: 'bad', word: 'Hurts' };
    default:
      return { tone: 'plain', word: 'Adds little' };
  }
}

const WEIGHT: Record<Tone, number> = { bad: 0, warn: 1, good: 2, info: 3 };

/** Findings with the reason to act first. */
export function byWeight(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => WEIGHT[a.tone] - WEIGHT[b.tone]);
}

/** The one sentence that stands under the picture. */
export function headline(reference: ReferenceRead): string {
  if (reference.state === 'checking') return 'Looking for the face';
  const sorted = byWeight(reference.findings);
  const urgent = sorted[0]?.tone === 'good' ? undefined : sorted[0];
  // When all is well, what this picture adds tells more than that its face is large enough.
  const first = urgent ?? sorted.find((finding) => finding.code === 'adds') ?? sorted[0];
  return first?.text ?? (reference.state === 'failed' ? 'The check did not finish.' : '');
}

/** Changes when the set as a whole may: pictures came, went, were checked or judged anew. */
export function setKey(list: readonly ReferenceRead[]): string {
  return list
    .filter(({ state }) => state === 'ready')
    .map(({ id, verdict }) => `${id} ${verdict ?? ''}`)
    .join();
}

/** Nothing here shows a photographic face, so that a model of faces has nothing to learn. */
export function isFaceless(list: readonly ReferenceRead[]): boolean {
  const usable = list.filter(({ state, verdict }) => state === 'ready' && verdict !== 'hurts');
  return usable.length > 0 && usable.every(({ face }) => face === null);
}
