import { variations } from '$lib/api/calls';
import type { SlotRead } from '$lib/api/types';

/** The standard set of this house: the same for every character, so it is asked for once. */
class StandardSet {
  slots = $state.raw<SlotRead[]>([]);
  #asked: Promise<void> | null = null;

  load(): Promise<void> {
    this.#asked ??= variations.standardSet().then(
      (slots) => {
        this.slots = slots;
      },
      (error: unknown) => {
        this.#asked = null;
        throw error;
      },
    );
    return this.#asked;
  }
}

export const standardSet = new StandardSet();
