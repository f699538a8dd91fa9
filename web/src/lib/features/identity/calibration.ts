/** Calibrations in words, and the reliability diagram in numbers. */
import type { CalibrationRead, EncoderRead, ReliabilityBin } from '$lib/api/types';
import { count, formatPercent, formatShare } from '$lib/format';

/** The versions of one encoder, newest first. */
export function versionsOf(
  calibrations: readonly CalibrationRead[],
  encoder: string,
): CalibrationRead[] {
  return calibrations
    .filter((calibration) => calibration.encoder === encoder)
    .toSorted((a, b) => b.version - a.version);
}

const ROUTES = ['photographic', 'illustrated', 'appearance'];

/** Encoders that are installed first; of those the ones that judge, and faces before figures. */
export function byUse(encoders: readonly EncoderRead[]): EncoderRead[] {
  const rank = (encoder: EncoderRead) =>
    (encoder.installed ? 0 : 20) + (encoder.default ? 0 : 10) + ROUTES.indexOf(encoder.route);
  return encoders.toSorted((a, b) => rank(a) - rank(b) || (a.title < b.title ? -1 : 1));
}

const SOURCES: Record<CalibrationRead['source'], string> = {
  shipped: 'Shipped with OnModel',
  verdicts: 'Fitted on your verdicts',
  pairs: 'Fitted on a list of pairs',
};

export function sourceText({ source, pairs, people }: CalibrationRead): string {
  if (pairs === 0) return SOURCES[source];
  return `${SOURCES[source]}: ${count(pairs, 'pair')} of ${count(people, 'person', 'people')}`;
}

/** What the mean error of the probability (ECE) and the ranking (AUC) say. */
export function qualityText({ ece, auc }: CalibrationRead): string {
  const parts = [
    ece === null
      ? ''
      : `A stated probability is off by ${(ece * 100).toFixed(1)} points on average.`,
    auc === null
      ? ''
      : `A pair of the same person ranks above a pair of two in ${(auc * 100).toFixed(2)} % of cases.`,
  ];
  return parts.filter(Boolean).join(' ') || 'Not measured on held-out pairs.';
}

export interface Dot {
  bin: ReliabilityBin;
  /** Said, and what was so: both 0 to 1. */
  x: number;
  y: number;
  /** Grows with the pairs in the bin, in units of the diagram (0 to 100). */
  radius: number;
}

const SMALLEST = 1.2;
const LARGEST = 4;

export function dotsOf(bins: readonly ReliabilityBin[]): Dot[] {
  const filled = bins.filter((bin) => bin.pairs > 0);
  const most = Math.max(1, ...filled.map((bin) => bin.pairs));
  return filled.map((bin) => ({
    bin,
    x: bin.predicted,
    y: bin.observed,
    radius: SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(bin.pairs / most),
  }));
}

/** The diagram in one sentence, for those who do not see it. */
export function diagramText(bins: readonly ReliabilityBin[]): string {
  const filled = bins.filter((bin) => bin.pairs > 0);
  const worst = filled.reduce<ReliabilityBin | null>(
    (found, bin) => (found === null || gap(bin) > gap(found) ? bin : found),
    null,
  );
  if (!worst) return 'No pair was held out to test this version.';
  return `Where ${formatPercent(worst.predicted)} was said, ${formatShare(worst.observed)} was so: the largest difference of ${filled.length} steps.`;
}

function gap(bin: ReliabilityBin): number {
  return Math.abs(bin.predicted - bin.observed);
}
