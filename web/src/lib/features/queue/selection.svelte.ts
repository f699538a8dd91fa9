import { SvelteSet } from 'svelte/reactivity';

/** Which rows of a list are chosen, as file managers do it: single, toggled, a range, all. */
export class Selection {
  readonly ids = new SvelteSet<string>();
  #anchor: string | null = null;

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Chooses or drops one row; a later range starts here. */
  toggle(id: string): void {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.#anchor = id;
  }

  /** Chooses everything between the last toggled row and this one. */
  extendTo(id: string, order: readonly string[]): void {
    const from = this.#anchor === null ? -1 : order.indexOf(this.#anchor);
    const to = order.indexOf(id);
    if (from < 0 || to < 0) {
      this.toggle(id);
      return;
    }
    for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1))
      this.ids.add(between);
  }

  all(order: readonly string[]): void {
    for (const id of order) this.ids.add(id);
  }

  clear(): void {
    this.ids.clear();
    this.#anchor = null;
  }

  /** Drops what is no longer shown, so that nothing happens to rows that nobody sees. */
  keep(order: readonly string[]): void {
    const shown = new Set(order);
    for (const id of [...this.ids]) if (!shown.has(id)) this.ids.delete(id);
  }
}
