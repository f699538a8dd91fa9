import { Problem } from '$lib/api/problem';
import type { CharacterRead } from '$lib/api/types';
import { same, type Change, type EditableField, type Of } from '$lib/offline/changes';
import { outbox as ours, type Outbox } from '$lib/offline/outbox.svelte';
import type { Room } from '$lib/state/room.svelte';

export type { EditableField };

/** Two values for one field, and what a person may do about them. */
export interface Conflict {
  mine: unknown;
  theirs: unknown;
  /** Who wrote the other one. */
  by: string | null;
  keepTheirs: () => void;
  useMine: () => void;
}

type FieldChange = Change & { what: Of<'field'> };

/**
 * Changes facts of one character, field by field. A change shows at once and waits in the outbox.
 * The server merges it with what others did to other fields; when they changed the same one,
 * both people choose.
 */
export class CharacterEditor {
  #room: Pick<Room, 'projectId' | 'characters' | 'contests'>;
  #id: string;
  #outbox: Outbox;

  constructor(
    room: Pick<Room, 'projectId' | 'characters' | 'contests'>,
    id: string,
    outbox: Outbox = ours,
  ) {
    this.#room = room;
    this.#id = id;
    this.#outbox = outbox;
  }

  #changes = $derived.by(() => {
    const byField = new Map<EditableField, FieldChange>();
    for (const one of this.#outbox.of('field', (what) => what.characterId === this.#id))
      byField.set(one.what.field, one);
    return byField;
  });

  /** Fields of which a change is on its way. */
  get saving(): { get: (field: EditableField) => boolean } {
    return { get: (field) => this.#changes.get(field)?.state === 'waiting' };
  }

  /** Why the server did not take a field. */
  get problems(): { get: (field: EditableField) => Problem | undefined } {
    return {
      get: (field) => {
        const refusal = this.#changes.get(field)?.refusal;
        if (!refusal) return undefined;
        const { code, message, wayOut, fields } = refusal;
        return new Problem(422, {
          code,
          detail: message,
          ...(wayOut ? { try: wayOut } : {}),
          fields: Object.entries(fields).map(([name, detail]) => ({ field: name, detail })),
        });
      },
    };
  }

  conflict(field: EditableField): Conflict | null {
    const change = this.#changes.get(field);
    if (change?.theirs) {
      const { id, what, theirs } = change;
      return {
        mine: what.value,
        theirs: theirs.value,
        by: theirs.by,
        keepTheirs: () => {
          this.#discard(field);
        },
        useMine: () => {
          this.#outbox.useMine(id);
        },
      };
    }
    const contest = this.#room.contests.get(this.#id, field);
    if (!contest) return null;
    // Seen from the side that was faster, "mine" stands and "theirs" was wished.
    return {
      mine: contest.standing,
      theirs: contest.value,
      by: contest.by,
      useMine: () => {
        this.#room.contests.forget(this.#id, field);
      },
      keepTheirs: () => {
        this.#room.contests.forget(this.#id, field);
        this.save(field, contest.value as never);
      },
    };
  }

  /**
   * `seen` is what stood in the field when the person began to write; when somebody has replaced
   * it meanwhile, both choose.
   */
  save<F extends EditableField>(field: F, value: CharacterRead[F], seen?: CharacterRead[F]): void {
    const shown = this.#room.characters.get(this.#id);
    if (!shown) return;
    const before = seen ?? shown[field];
    if (same(before, value) && same(shown[field], value)) return;
    this.#outbox.put(this.#room.projectId, {
      kind: 'field',
      characterId: this.#id,
      of: shown.name,
      field,
      value,
      seen: before,
      version: shown.version,
    });
  }

  #discard(field: EditableField): void {
    for (const one of this.#outbox.of('field', ({ characterId }) => characterId === this.#id))
      if (one.what.field === field && one.state !== 'waiting') this.#outbox.discard(one.id);
  }
}
