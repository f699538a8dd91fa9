import { ot, type Operation } from './operations';

const MOST_STEPS = 200;

/**
 * What one person can take back: only their own changes, wherever others' have moved them to.
 * The last step of each list applies to the text as it is now.
 */
export class UndoHistory {
  #undo: Operation[] = [];
  #redo: Operation[] = [];

  get canUndo(): boolean {
    return this.#undo.length > 0;
  }

  get canRedo(): boolean {
    return this.#redo.length > 0;
  }

  /** A change of our own: `inverse` takes it back. With `join` it belongs to the step before. */
  record(inverse: Operation, join: boolean): void {
    this.#redo = [];
    const before = join ? this.#undo.pop() : undefined;
    this.#undo.push(before ? ot.compose(inverse, before) : inverse);
    if (this.#undo.length > MOST_STEPS) this.#undo.shift();
  }

  /** The operation that takes our last change back; null when there is none. */
  undo(text: string): Operation | null {
    return step(this.#undo, this.#redo, text);
  }

  redo(text: string): Operation | null {
    return step(this.#redo, this.#undo, text);
  }

  /** Somebody else's change moves every step. */
  moveOver(op: Operation): void {
    this.#undo = moved(this.#undo, op);
    this.#redo = moved(this.#redo, op);
  }

  clear(): void {
    this.#undo = [];
    this.#redo = [];
  }
}

function step(from: Operation[], to: Operation[], text: string): Operation | null {
  for (;;) {
    const op = from.pop();
    if (!op) return null;
    // Others may have taken out all that this step was about.
    if (op.length === 0) continue;
    const whole = ot.makeInvertible(op, text);
    to.push(ot.invertWithDoc(whole, text));
    return whole;
  }
}

function moved(steps: Operation[], op: Operation): Operation[] {
  let over = op;
  const result: Operation[] = [];
  for (const one of [...steps].reverse()) {
    result.unshift(ot.transform(one, over, 'right'));
    over = ot.transform(over, one, 'left');
  }
  return result;
}
