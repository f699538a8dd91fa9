/** Operations on text in the form of ot-text-unicode: lengths and positions are code points. */
import { type } from 'ot-text-unicode';

export type Component = number | string | { d: number | string };
export type Operation = Component[];
export type Side = 'left' | 'right';
/** Anchor and head of a selection. */
export type Selection = [anchor: number, head: number];

interface TextType {
  apply(text: string, op: Operation): string;
  compose(first: Operation, second: Operation): Operation;
  transform(op: Operation, other: Operation, side: Side): Operation;
  transformPosition(position: number, op: Operation): number;
  invertWithDoc(op: Operation, text: string): Operation;
  makeInvertible(op: Operation, text: string): Operation;
}

// The package's own types leave out what it takes to undo.
export const ot = type as unknown as TextType;

/** The code points of a text, each as a text: what the operations count. */
export function pointsOf(text: string): string[] {
  return Array.from(text);
}

/** Code points before a position in UTF-16 units, as the browser counts. */
export function toPoints(text: string, units: number): number {
  return pointsOf(text.slice(0, units)).length;
}

/** The position in UTF-16 units after so many code points. */
export function toUnits(text: string, points: number): number {
  return pointsOf(text).slice(0, points).join('').length;
}

/**
 * What one keystroke, paste or drop made of a text: one stretch replaced by another. `caret`
 * (code points in the new text) tells which of several equal letters was typed.
 */
export function changeBetween(before: string, after: string, caret?: number): Operation {
  const old = pointsOf(before);
  const now = pointsOf(after);
  const shorter = Math.min(old.length, now.length);
  const tailMost = caret === undefined ? shorter : Math.min(shorter, now.length - caret);
  let tail = 0;
  while (tail < tailMost && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  let head = 0;
  while (head < shorter - tail && old[head] === now[head]) head += 1;
  const gone = old.slice(head, old.length - tail).join('');
  const come = now.slice(head, now.length - tail).join('');
  const op: Operation = [];
  if (head > 0 && (gone !== '' || come !== '')) op.push(head);
  if (gone !== '') op.push({ d: gone });
  if (come !== '') op.push(come);
  return op;
}

/** Whether one change (a stretch replaced by another) goes on where a caret stood before it. */
export function touches(op: Operation, caret: number): boolean {
  const start = typeof op[0] === 'number' ? op[0] : 0;
  const taken = op.find((one) => typeof one === 'object');
  const end = start + (typeof taken?.d === 'string' ? pointsOf(taken.d).length : 0);
  return start <= caret && caret <= end;
}
