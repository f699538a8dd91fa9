/** One zoom for one or two pictures: what is compared moves together. */
const STEPS = [1, 2, 4];

export class Zoom {
  scale = $state(1);
  x = $state(0);
  y = $state(0);
  #drag: { id: number; x: number; y: number } | null = null;

  get transform(): string {
    return `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }

  get zoomed(): boolean {
    return this.scale > 1;
  }

  /** Fit, twice, four times, fit. */
  step(): void {
    const next = STEPS[STEPS.indexOf(this.scale) + 1] ?? 1;
    if (next === 1) this.reset();
    else this.scale = next;
  }

  reset(): void {
    this.scale = 1;
    this.x = 0;
    this.y = 0;
  }

  pan(dx: number, dy: number): void {
    if (!this.zoomed) return;
    this.x += dx;
    this.y += dy;
  }

  down(event: PointerEvent & { currentTarget: HTMLElement }): void {
    if (!this.zoomed || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#drag = { id: event.pointerId, x: event.clientX - this.x, y: event.clientY - this.y };
  }

  move(event: PointerEvent): void {
    if (this.#drag?.id !== event.pointerId) return;
    this.x = event.clientX - this.#drag.x;
    this.y = event.clientY - this.#drag.y;
  }

  up(event: PointerEvent): void {
    if (this.#drag?.id === event.pointerId) this.#drag = null;
  }
}
