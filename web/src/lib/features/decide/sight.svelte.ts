/** One look at many pictures: what is zoomed and moved in one is zoomed and moved in all. */
import type { Moved } from '$lib/features/presence/view';
import type { Point, Similarity, Size } from './lock';

export const MOST = 16;
const STEP = 1.5;
const PAN = 0.1;
const WHEEL = 0.0016;

export class Sight {
  scale = $state(1);
  /** Where the middle went, in cell widths and heights: it holds when the window changes. */
  x = $state(0);
  y = $state(0);
  #fingers = new Map<number, Point>();

  get moved(): boolean {
    return this.scale !== 1 || this.x !== 0 || this.y !== 0;
  }

  reset(): void {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  /** The same in a cell's pixels. */
  movedIn(cell: Size): Moved {
    return { scale: this.scale, x: this.x * cell.width, y: this.y * cell.height };
  }

  show({ scale, x, y }: Moved, cell: Size): void {
    [this.scale, this.x, this.y] = [scale, x / cell.width, y / cell.height];
  }

  /** From a cell's pixels at rest to those that are seen. */
  over(cell: Size): Similarity {
    const [cx, cy] = [cell.width / 2, cell.height / 2];
    return {
      a: this.scale,
      b: 0,
      x: cx - this.scale * cx + this.x * cell.width,
      y: cy - this.scale * cy + this.y * cell.height,
    };
  }

  /** Zooms so that what lies under a point of the cell stays there. */
  zoom(factor: number, [px, py]: Point, cell: Size): void {
    const scale = Math.min(MOST, Math.max(1, this.scale * factor));
    if (scale === 1) {
      this.reset();
      return;
    }
    const grow = scale / this.scale;
    const [ux, uy] = [px / cell.width - 0.5, py / cell.height - 0.5];
    this.x = ux - grow * (ux - this.x);
    this.y = uy - grow * (uy - this.y);
    this.scale = scale;
  }

  pan(dx: number, dy: number, cell: Size): void {
    if (this.scale === 1) return;
    this.x += dx / cell.width;
    this.y += dy / cell.height;
  }

  /** Plus and minus zoom, 0 shows all, arrows with Shift move; false for any other key. */
  key(event: KeyboardEvent, cell: Size): boolean {
    const middle: Point = [cell.width / 2, cell.height / 2];
    const [dx, dy] = [cell.width * PAN, cell.height * PAN];
    const act: Record<string, () => void> = {
      '+': () => {
        this.zoom(STEP, middle, cell);
      },
      '=': () => {
        this.zoom(STEP, middle, cell);
      },
      '-': () => {
        this.zoom(1 / STEP, middle, cell);
      },
      '0': () => {
        this.reset();
      },
    };
    const move: Record<string, Point> = {
      ArrowLeft: [dx, 0],
      ArrowRight: [-dx, 0],
      ArrowUp: [0, dy],
      ArrowDown: [0, -dy],
    };
    const way = event.shiftKey ? move[event.key] : undefined;
    if (way) this.pan(way[0], way[1], cell);
    else if (act[event.key]) act[event.key]?.();
    else return false;
    return true;
  }

  wheel(event: WheelEvent & { currentTarget: HTMLElement }, cell: Size): void {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * WHEEL), at(event), cell);
  }

  down(event: PointerEvent & { currentTarget: HTMLElement }): void {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, at(event));
  }

  move(event: PointerEvent & { currentTarget: HTMLElement }, cell: Size): void {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const here = at(event);
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const grown = apart(here, other) / Math.max(apart(before, other), 1);
      this.zoom(grown, [(here[0] + other[0]) / 2, (here[1] + other[1]) / 2], cell);
      this.pan((here[0] - before[0]) / 2, (here[1] - before[1]) / 2, cell);
    } else {
      this.pan(here[0] - before[0], here[1] - before[1], cell);
    }
    this.#fingers.set(event.pointerId, here);
  }

  up(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
  }
}

function at(event: (PointerEvent | WheelEvent) & { currentTarget: HTMLElement }): Point {
  const box = event.currentTarget.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function apart([x, y]: Point, [u, v]: Point): number {
  return Math.hypot(x - u, y - v);
}
