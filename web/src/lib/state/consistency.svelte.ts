import { SvelteMap } from 'svelte/reactivity';
import { consistency as calls } from '$lib/api/identity';
import { asProblem, type Problem } from '$lib/api/problem';
import type { ConsistencyItem, ConsistencyRead, VerdictTally } from '$lib/api/types';

/**
 * What is known of each character's likeness. The consistency page shows all of it; a score chip
 * asks for it when it is opened, to say who else the picture might be.
 */
export class ConsistencyStore {
  #reads = new SvelteMap<string, ConsistencyRead>();
  #problems = new SvelteMap<string, Problem>();
  #asked = new Map<string, Promise<void>>();

  get(characterId: string): ConsistencyRead | undefined {
    return this.#reads.get(characterId);
  }

  /** Why it could not be read; undefined while it is known or on its way. */
  problem(characterId: string): Problem | undefined {
    return this.#problems.get(characterId);
  }

  item(characterId: string, variationId: string): ConsistencyItem | undefined {
    return this.#reads.get(characterId)?.items.find((item) => item.variation.id === variationId);
  }

  /** Reads it unless it is known; many chips opened at once ask one time. */
  async want(characterId: string): Promise<void> {
    if (!this.#reads.has(characterId))
      await (this.#asked.get(characterId) ?? this.read(characterId));
  }

  /** Reads it anew. A later call wins over an earlier one that answers late. */
  read(characterId: string): Promise<void> {
    const mine = calls.read(characterId).then(
      (found) => {
        if (this.#asked.get(characterId) !== mine) return;
        this.#asked.delete(characterId);
        this.take(found);
      },
      (error: unknown) => {
        if (this.#asked.get(characterId) !== mine) return;
        this.#asked.delete(characterId);
        this.#problems.set(characterId, asProblem(error));
      },
    );
    this.#asked.set(characterId, mine);
    return mine;
  }

  take(read: ConsistencyRead): void {
    this.#problems.delete(read.character_id);
    this.#reads.set(read.character_id, read);
  }

  setVerdicts(characterId: string, variationId: string, verdicts: VerdictTally): void {
    const read = this.#reads.get(characterId);
    if (!read) return;
    const items = read.items.map((item) =>
      item.variation.id === variationId ? { ...item, verdicts } : item,
    );
    this.#reads.set(characterId, { ...read, items });
  }
}
