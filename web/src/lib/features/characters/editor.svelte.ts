import { SvelteMap } from 'svelte/reactivity';
import { characters as calls, type CharacterChange } from '$lib/api/calls';
import { asProblem, type Problem } from '$lib/api/problem';
import type { CharacterRead } from '$lib/api/types';
import type { Room } from '$lib/state/room.svelte';

export type EditableField = keyof CharacterChange;

export interface Conflict {
  mine: CharacterChange;
  theirs: CharacterRead;
}

type Update = typeof calls.update;

/**
 * Saves facts of one character, field by field. The change shows at once. When somebody else
 * changed another field meanwhile, ours is sent again with the newer version; when they changed
 * the same field, a person chooses.
 */
export class CharacterEditor {
  readonly saving = new SvelteMap<EditableField, boolean>();
  readonly problems = new SvelteMap<EditableField, Problem>();
  readonly conflicts = new SvelteMap<EditableField, Conflict>();
  #room: Pick<Room, 'characters'>;
  #id: string;
  #update: Update;
  #chain: Promise<void> = Promise.resolve();

  constructor(room: Pick<Room, 'characters'>, id: string, update: Update = calls.update) {
    this.#room = room;
    this.#id = id;
    this.#update = update;
  }

  /**
   * One save after the other: each needs the version that the one before produced. `seen` is
   * what stood in the field when the person began to write; when an event has replaced it
   * meanwhile, they choose, although the version that we know is the newest.
   */
  save<F extends EditableField>(
    field: F,
    value: CharacterRead[F],
    seen?: CharacterRead[F],
  ): Promise<void> {
    this.#chain = this.#chain.then(() => {
      const now = this.#room.characters.get(this.#id);
      if (now && seen !== undefined && !same(now[field], seen) && !same(now[field], value)) {
        this.conflicts.set(field, { mine: { [field]: value }, theirs: now });
        return;
      }
      return this.#save(field, value);
    });
    return this.#chain;
  }

  useMine(field: EditableField): Promise<void> {
    const conflict = this.conflicts.get(field);
    this.conflicts.delete(field);
    const value = conflict?.mine[field];
    return value === undefined ? Promise.resolve() : this.save(field, value);
  }

  keepTheirs(field: EditableField): void {
    this.conflicts.delete(field);
  }

  async #save<F extends EditableField>(field: F, value: CharacterRead[F]): Promise<void> {
    const before = this.#room.characters.get(this.#id);
    if (!before || same(before[field], value)) return;
    const change: CharacterChange = { [field]: value };
    this.problems.delete(field);
    this.saving.set(field, true);
    this.#room.characters.upsert({ ...before, ...change });
    try {
      this.#take(await this.#update(this.#id, before.version, change));
    } catch (error) {
      await this.#refused(field, before, change, asProblem(error));
    } finally {
      this.saving.delete(field);
    }
  }

  async #refused(
    field: EditableField,
    before: CharacterRead,
    change: CharacterChange,
    problem: Problem,
  ): Promise<void> {
    const theirs = problem.code === 'stale_version' ? (problem.current as CharacterRead) : null;
    if (!theirs) {
      this.#undo(field, before);
      this.problems.set(field, problem);
    } else if (same(theirs[field], before[field])) {
      await this.#again(field, theirs, change);
    } else {
      this.#room.characters.upsert(theirs);
      this.conflicts.set(field, { mine: change, theirs });
    }
  }

  async #again(
    field: EditableField,
    theirs: CharacterRead,
    change: CharacterChange,
  ): Promise<void> {
    this.#room.characters.upsert({ ...theirs, ...change });
    try {
      this.#take(await this.#update(this.#id, theirs.version, change));
    } catch (error) {
      this.#undo(field, theirs);
      this.problems.set(field, asProblem(error));
    }
  }

  #take(record: CharacterRead): void {
    const known = this.#room.characters.get(this.#id);
    if (!known || known.version <= record.version) this.#room.characters.upsert(record);
  }

  /** Takes back one field only: events may have brought newer values of the others. */
  #undo(field: EditableField, before: CharacterRead): void {
    const now = this.#room.characters.get(this.#id) ?? before;
    this.#room.characters.upsert({ ...now, [field]: before[field] });
  }
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
