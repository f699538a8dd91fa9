import { SvelteMap } from 'svelte/reactivity';

/**
 * Records of one noun by id. Socket events and answers of requests meet here, so one rule holds
 * for both: a record is always replaced whole, and an event beats a list that was asked for
 * before the event came.
 */
export class Collection<T extends { id: string }> {
  #items = new SvelteMap<string, T>();
  #loads = new Set<Set<string>>();

  get size(): number {
    return this.#items.size;
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  all(): T[] {
    return [...this.#items.values()];
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
        for (const record of this.all()) {
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
