/** When new work for a character is wanted; a character without an entry: at any time. */
import { SvelteMap } from 'svelte/reactivity';

export interface Wish {
  /** ISO; null for no such moment. */
  dueAt: string | null;
  /** Only once the training that is going on has succeeded. */
  afterTraining: boolean;
}

export const wishes = new SvelteMap<string, Wish>();
