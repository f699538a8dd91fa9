import { untrack } from 'svelte';
import type { Room } from './room.svelte';

/**
 * Runs now and after every later full sync: that one means that we were away for too long to be
 * told each change, and it does not hold what belongs to one page only. Call while a component
 * is set up.
 */
export function everySync(room: Room, run: () => void): void {
  $effect(() => {
    if (room.syncs > 0) untrack(run);
  });
}
