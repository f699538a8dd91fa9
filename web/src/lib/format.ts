/** How numbers and times read on the page. */
import type { JobState, VariationRead } from './api/types';

/** "about 40 s", "about 3 min", "about 1 h 20 min"; empty when nobody knows. */
export function formatEta(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < 5) return 'a few seconds';
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} s`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `about ${minutes} min`;
  const rest = minutes % 60;
  const hours = Math.floor(minutes / 60);
  return rest === 0 ? `about ${hours} h` : `about ${hours} h ${rest} min`;
}

/** Probability as whole percent; nobody is ever certain, as `onmodel.identity.words` has it, too. */
export function formatPercent(fraction: number): string {
  const percent = fraction * 100;
  if (percent > 99) return '>99 %';
  if (percent < 1) return '<1 %';
  return `${Math.round(percent)} %`;
}

/** A share that was counted or chosen, as whole percent; it may well be all or nothing. */
export function formatShare(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const ABSOLUTE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** "3 minutes ago". `now` in milliseconds. */
export function formatAgo(iso: string, now: number = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Number.isNaN(seconds)) return '';
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.trunc(seconds / size), unit);
  }
  return 'just now';
}

export function formatDate(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? '' : ABSOLUTE.format(time);
}

/** One picture, two pictures. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : many}`;
}

export type ScoreTone = 'good' | 'warn' | 'bad' | 'none';

export interface Score {
  tone: ScoreTone;
  /** "97 %", or empty when there is no number. */
  number: string;
  word: string;
}

/** From this calibrated probability on a picture counts as the same character. */
const SAME = 0.9;
/** Up to this one it counts as somebody else; between the two a person should look. */
const DIFFERENT = 0.1;

type Scored = Pick<VariationRead, 'measurable' | 'p_same' | 'copy_paste'>;

/** The score chip's number, word and tone. "Not measurable" is a result, never zero. */
export function scoreOf(variation: Scored): Score {
  if (variation.measurable === 'pending') return { tone: 'none', number: '', word: 'Measuring' };
  if (variation.measurable === 'not_measurable' || variation.p_same === null) {
    return { tone: 'none', number: '', word: 'Cannot judge' };
  }
  const number = formatPercent(variation.p_same);
  // a fact, no fault: it says that the score proves little here
  if (variation.copy_paste) return { tone: 'none', number, word: 'Near copy' };
  if (variation.p_same >= SAME) return { tone: 'good', number, word: 'On model' };
  if (variation.p_same > DIFFERENT) return { tone: 'warn', number, word: 'Unsure' };
  return { tone: 'bad', number, word: 'Off model' };
}

/** Why there is no number, in the server's words. */
export function whyNotMeasurable({ reason_text }: Pick<VariationRead, 'reason_text'>): string {
  return reason_text ?? 'This picture could not be compared with the references.';
}

export function isWorking(state: JobState): boolean {
  return state === 'queued' || state === 'starting' || state === 'running' || state === 'paused';
}
