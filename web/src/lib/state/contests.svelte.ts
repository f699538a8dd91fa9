import { SvelteMap } from 'svelte/reactivity';
import type { CharacterRead, Schemas } from '$lib/api/types';
import { same } from '$lib/offline/changes';
import { session } from './session.svelte';

/** What somebody wished for a field while another value was taken. */
export interface Contest {
  characterId: string;
  field: string;
  value: unknown;
  /** Whose value stands there; they are asked, too. */
  standing: unknown;
  by: string | null;
}

/**
 * The other side of a conflict: the one who was faster hears what was wished instead. The one
 * who was refused has their value in the outbox, so this may be forgotten without a loss.
 */
export class Contests {
  #open = new SvelteMap<string, Contest>();

  get(characterId: string, field: string): Contest | null {
    return this.#open.get(`${characterId}:${field}`) ?? null;
  }

  take({ character_id, conflict }: Schemas['FieldContested'], actor: string | null): void {
    const me = session.me?.id;
    if (!me || actor === me || conflict.changed_by !== me) return;
    this.#open.set(`${character_id}:${conflict.field}`, {
      characterId: character_id,
      field: conflict.field,
      value: conflict.value,
      standing: conflict.current,
      by: actor,
    });
  }

  /** Somebody chose: the question is over. */
  changed(record: CharacterRead): void {
    for (const [key, one] of this.#open)
      if (
        one.characterId === record.id &&
        !same(record[one.field as keyof CharacterRead], one.standing)
      )
        this.#open.delete(key);
  }

  forget(characterId: string, field: string): void {
    this.#open.delete(`${characterId}:${field}`);
  }
}
