import { getContext, setContext } from 'svelte';
import type { Room } from './room.svelte';

const KEY = Symbol('room');

/** Makes the open project available to every component below. */
export function provideRoom(room: () => Room): void {
  setContext(KEY, room);
}

/** The open project. Call while a component is set up; pages are re-made when it changes. */
export function useRoom(): Room {
  return getContext<() => Room>(KEY)();
}
