/** Use of a machine over time, as a line and in words. */
import type { UseSample } from '$lib/api/types';

export interface Sample {
  /** Milliseconds since 1970. */
  at: number;
  /** 0 to 100; null where nobody knows. */
  percent: number | null;
}

export interface Frame {
  width: number;
  height: number;
  /** The moment at the left edge and at the right one, in milliseconds. */
  from: number;
  to: number;
}

/** Silence longer than this is drawn as a gap, never as a straight line over what is unknown. */
export const GAP_MS = 45_000;

/** What a machine's samples say of one of its parts. */
export function samplesOf(
  use: readonly UseSample[],
  part: (sample: UseSample) => number | null | undefined,
): Sample[] {
  return use.map((sample) => ({ at: Date.parse(sample.at), percent: part(sample) ?? null }));
}

/** The graphs of one card: how busy it was, and how full. */
export function graphsOfGpu(
  use: readonly UseSample[],
  uuid: string,
): { label: string; samples: Sample[] }[] {
  return [
    { label: 'Busy', samples: samplesOf(use, ({ gpus }) => gpus?.[uuid]?.busy) },
    { label: 'Video memory', samples: samplesOf(use, ({ gpus }) => gpus?.[uuid]?.vram) },
  ];
}

/** The `d` of an SVG path; empty without two neighbouring samples. */
export function linePath(samples: readonly Sample[], frame: Frame): string {
  const span = frame.to - frame.from;
  if (span <= 0) return '';
  const parts: string[] = [];
  let before: Sample | null = null;
  for (const sample of samples) {
    if (sample.percent === null || sample.at < frame.from || sample.at > frame.to) {
      before = null;
      continue;
    }
    const x = round(((sample.at - frame.from) / span) * frame.width);
    const y = round(frame.height - (clamp(sample.percent) / 100) * frame.height);
    const joined = before !== null && sample.at - before.at <= GAP_MS;
    parts.push(`${joined ? 'L' : 'M'}${x} ${y}`);
    before = sample;
  }
  return parts.some((part) => part.startsWith('L')) ? parts.join('') : '';
}

/** "42 % now, between 10 and 90 % in the last 5 minutes" */
export function describeUse(samples: readonly Sample[], frame: Pick<Frame, 'from' | 'to'>): string {
  const known = samples
    .filter(({ at }) => at >= frame.from && at <= frame.to)
    .flatMap(({ percent }) => (percent === null ? [] : [Math.round(clamp(percent))]));
  const now = known.at(-1);
  if (now === undefined) return 'not measured';
  const low = Math.min(...known);
  const high = Math.max(...known);
  const minutes = Math.max(1, Math.round((frame.to - frame.from) / 60_000));
  const lately = `in the last ${minutes === 1 ? 'minute' : `${minutes} minutes`}`;
  if (known.length === 1) return `${now} % now`;
  return low === high
    ? `${now} % now, unchanged ${lately}`
    : `${now} % now, between ${low} and ${high} % ${lately}`;
}

function clamp(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
