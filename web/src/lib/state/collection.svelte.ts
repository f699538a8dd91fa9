import { SvelteMap } from 'svelte/reactivity';
import type { Layer } from '$lib/offline/layers';

/**
 * Records of one noun by id. Socket events and answers of requests meet here, so one rule holds
 * for both: a record is always replaced whole, and an event beats a list that was asked for
 * before the event came. What waits to be sent lies over the records when they are read; the
 * records themselves are always the server's.
 */
export class Collection<T extends { id: string }> {
  #items = new SvelteMap<string, T>();
  #loads = new Set<Set<string>>();
  #layer: Layer<T> | null;

  constructor(layer: Layer<T> | null = null) {
    this.#layer = layer;
  }

  get size(): number {
    return this.all().length;
  }

  get(id: string): T | undefined {
    const known = this.#items.get(id);
    if (!this.#layer) return known;
    return known ? this.#layer.over(known) : this.#layer.more().find((one) => one.id === id);
  }

  /** The record as the server last told it. */
  told(id: string): T | undefined {
    return this.#items.get(id);
  }

  all(): T[] {
    const known = [...this.#items.values()];
    const layer = this.#layer;
    if (!layer) return known;
    const more = layer.more().filter((one) => !this.#items.has(one.id));
    return [...known.map((one) => layer.over(one)), ...more];
  }

  upsert(record: T): void {
    this.#touch(record.id);
    this.#items.set(record.id, record);
  }

  remove(id: string): void {
    this.#touch(id);
    this.#items.delete(id);
  }

  /** Forgets everything and takes these records instead (a full sync). */
  reset(records: readonly T[]): void {
    const kept = new Set(records.map((record) => record.id));
    for (const id of [...this.#items.keys()]) if (!kept.has(id)) this.#items.delete(id);
    for (const record of records) this.#items.set(record.id, record);
  }

  /**
   * Call before asking the server for a list; pass the answer to the returned function. What an
   * event changed in between is newer than the list and stays. With `within`, records of that
   * scope which the list no longer holds are removed.
   */
  load(): (records: readonly T[], within?: (record: T) => boolean) => void {
    const touched = new Set<string>();
    this.#loads.add(touched);
    return (records, within) => {
      this.#loads.delete(touched);
      const listed = new Set(records.map((record) => record.id));
      if (within) {
        for (const record of [...this.#items.values()]) {
          if (within(record) && !listed.has(record.id) && !touched.has(record.id)) {
            this.#items.delete(record.id);
          }
        }
      }
      for (const record of records) {
        if (!touched.has(record.id)) this.#items.set(record.id, record);
      }
    };
  }

  #touch(id: string): void {
    for (const touched of this.#loads) touched.add(id);
  }
}
