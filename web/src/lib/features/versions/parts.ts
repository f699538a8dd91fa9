/** A difference as a list of things that can go back, each with how it is now and how it was. */
import type { FileRef, VersionDifference } from '$lib/api/types';
import { scoreOf } from '$lib/format';
import { valueText } from './words';

export interface Part {
  /** What the server calls it. */
  part: string;
  label: string;
  now: string;
  nowFile: FileRef | null;
  then: string;
  thenFile: FileRef | null;
}

type Side = VersionDifference['pictures'][number]['before'];

function pictureText(side: Side): string {
  if (!side) return 'no picture';
  const { number, word } = scoreOf(side.variation);
  return number ? `${number} ${word}` : word;
}

/** `found` leads from the present to the older version. */
export function partsOf(found: VersionDifference): Part[] {
  const parts: Part[] = found.facts.map(({ part, label, before, after }) => ({
    part,
    label,
    now: valueText(before),
    nowFile: null,
    then: valueText(after),
    thenFile: null,
  }));
  for (const { part, kind, reference } of found.references) {
    const there = kind === 'removed';
    parts.push({
      part,
      label: reference.name,
      now: there ? 'in the set' : 'not in the set',
      nowFile: there ? reference.file : null,
      then: there ? 'leaves the set' : 'comes back',
      thenFile: there ? null : reference.file,
    });
  }
  if (found.face) {
    const { part, before, after } = found.face;
    parts.push({
      part,
      label: 'chosen face',
      now: before?.name ?? 'none',
      nowFile: before?.file ?? null,
      then: after?.name ?? 'none',
      thenFile: after?.file ?? null,
    });
  }
  for (const { part, label, before, after } of found.pictures) {
    parts.push({
      part,
      label,
      now: pictureText(before),
      nowFile: before?.file ?? null,
      then: pictureText(after),
      thenFile: after?.file ?? null,
    });
  }
  if (found.adapter) {
    const { part, before, after } = found.adapter;
    parts.push({
      part,
      label: 'model',
      now: before ? `model ${before.number}` : 'none',
      nowFile: null,
      then: after ? `model ${after.number}` : 'none',
      thenFile: null,
    });
  }
  return parts;
}
