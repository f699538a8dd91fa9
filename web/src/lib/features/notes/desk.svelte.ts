import { notes as calls } from '$lib/api/notes';
import type { CarriedNote, NoteMark, NoteRead } from '$lib/api/types';
import type { Room } from '$lib/state/room.svelte';
import type { Tool } from './marks';
import { threadsOf, type Thread } from './threads';

/** Everything about the notes of the picture that is looked at: which are shown, what is drawn. */
export class NoteDesk {
  variationId = $state('');
  /** The tool in hand; null: looking, not drawing. */
  tool = $state<Tool | null>(null);
  /** What was drawn and waits for its words; undefined: no note is being written. */
  draft = $state.raw<NoteMark | null | undefined>(undefined);
  selected = $state<string | null>(null);
  /** Whether settled notes show, too. */
  all = $state(false);
  #carried = $state.raw<readonly CarriedNote[]>([]);
  #room: Room;

  constructor(room: Room) {
    this.#room = room;
  }

  threads = $derived.by<Thread[]>(() =>
    threadsOf(
      this.#room.notes.all().filter((note) => this.#belongs(note)),
      this.variationId,
      this.#carried,
    ),
  );

  shown = $derived(
    this.threads.filter(({ note }) => this.all || !note.resolved_at || note.id === this.selected),
  );

  settled = $derived(this.threads.filter(({ note }) => note.resolved_at).length);

  get writing(): boolean {
    return this.draft !== undefined;
  }

  /** Looks at another picture; what is being written for the last one is put aside. */
  async look(variationId: string): Promise<void> {
    if (this.variationId !== variationId) {
      this.variationId = variationId;
      this.cancel();
      this.#carried = [];
    }
    try {
      const carried = await calls.carried(variationId);
      if (this.variationId === variationId) this.#carried = carried;
    } catch {
      // notes of earlier pictures are an extra: those of this one are there all the same
    }
  }

  take(tool: Tool): void {
    this.tool = tool;
    this.selected = null;
  }

  /** A note about the whole picture. */
  write(): void {
    this.tool = null;
    this.draft = null;
  }

  drawn(mark: NoteMark): void {
    this.tool = null;
    this.draft = mark;
  }

  cancel(): void {
    this.tool = null;
    this.draft = undefined;
  }

  /** Selects the note before or after; from nowhere the first or the last. */
  step(by: 1 | -1): string | null {
    const ids = this.shown.map(({ note }) => note.id);
    if (ids.length === 0) return null;
    const at = this.selected ? ids.indexOf(this.selected) : -1;
    const next = at < 0 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length;
    this.selected = ids[next] ?? null;
    return this.selected;
  }

  #belongs(note: NoteRead): boolean {
    if (note.variation_id === this.variationId) return true;
    const root = note.parent_id ?? note.id;
    return this.#carried.some((one) => one.note_id === root);
  }
}
