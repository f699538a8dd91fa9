/** Which version new pictures of a character are made of; a character without an entry: the present. */
import { SvelteMap } from 'svelte/reactivity';

export const pins = new SvelteMap<string, number>();
