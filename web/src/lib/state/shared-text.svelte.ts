import { SvelteMap } from 'svelte/reactivity';
import { Problem } from '$lib/api/problem';
import type { ServerMessage } from '$lib/api/types';
import { keptTexts } from '$lib/offline/texts.svelte';
import { TextClient, type KeptText } from '$lib/text/client';
import { ot, type Operation, type Selection } from '$lib/text/operations';
import { announcer } from './announce.svelte';
import type { Room, TextListener } from './room.svelte';
import { session } from './session.svelte';

/** Where somebody else stands in the text, in code points of what we show. */
export interface Cursor {
  userId: string;
  name: string;
  colour: string;
  selection: Selection;
}

type CursorTold = Extract<ServerMessage, { event: 'server:text.cursor' }>['payload'];
type Host = Pick<Room, 'say' | 'listen' | 'nameOf'>;

const CURSOR_MS = 100;
const RETRY_MS = 1_000;
/** A screen reader hears that somebody writes, not of every letter. */
const SAY_AGAIN_MS = 30_000;

/** One text of a record, written together over the project's socket. */
export class SharedText implements TextListener {
  readonly document: string;
  readonly cursors = new SvelteMap<string, Cursor>();
  text = $state('');
  pending = $state(false);
  loaded = $state(false);
  canWrite = $state(false);
  /** Set when the server would not take what was written. */
  problem = $state.raw<Problem | null>(null);
  /** What was written and could not be kept, for copying. */
  lost = $state<string | null>(null);
  /** Moves the field's own selection over somebody else's change. */
  onRemote: (op: Operation, before: string) => void = () => undefined;
  /** Keeps words that the server would not take. */
  onLost: (text: string, problem: Problem) => void = () => undefined;
  #openId: string;
  #opening: number | undefined;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #label: string;
  #room: Host;
  #client: TextClient;
  #me = '';
  #said = new Map<string, number>();
  #selection: Selection | null = null;
  #shown = '';
  #awake: boolean;
  #listening = false;
  #stopWhenSent: (() => void) | null = null;
  /** By client: of a revision that is still on its way to us, since cursors overtake changes. */
  #early = new Map<string, CursorTold>();
  #cursorTimer: ReturnType<typeof setTimeout> | null = null;

  /** With `wait` it is not opened before somebody writes in it, or `wake` is called. */
  constructor(
    room: Host,
    document: string,
    label: string,
    text: string,
    { wait = false }: { wait?: boolean } = {},
  ) {
    this.document = document;
    this.#openId = `open ${document}`;
    this.#awake = !wait;
    this.text = text;
    this.#room = room;
    this.#label = label.toLowerCase();
    this.#client = new TextClient(text, {
      send: ({ revision, op, id }) => {
        room.say('client:text.op', { document, revision, op, id }, id);
      },
      ask: (since) => {
        this.#open(since);
      },
      onRemote: (op, author) => {
        this.#moved(op, author);
      },
    });
  }

  /** Goes on with what an earlier page left, and listens until the returned function is called. */
  start(): () => void {
    let stop: (() => void) | null = null;
    let stopped = false;
    void keptTexts.adopt(this.document).then((kept) => {
      if (stopped) return;
      if (kept) this.#restore(kept);
      this.#listening = true;
      stop = this.#room.listen(this.document, this);
    });
    return () => {
      stopped = true;
      this.#listening = false;
      clearTimeout(this.#openTimer);
      this.leave();
      // what is on its way is still answered: its record may have been removed meanwhile
      if (this.pending && stop) this.#stopWhenSent = stop;
      else stop?.();
    };
  }

  /** Opens it, if it is not open. */
  wake(): void {
    if (this.loaded) return;
    this.#awake = true;
    if (this.#listening) this.#ask();
  }

  #restore(kept: KeptText): void {
    this.#awake = true;
    this.#client.restore(kept);
    this.loaded = true;
    this.#show();
  }

  edit(op: Operation, join: boolean): void {
    this.problem = null;
    this.#moveCursors(op);
    this.#client.edit(op, join);
    this.#show();
  }

  undo(): Operation | null {
    return this.#stepped(this.#client.undo());
  }

  redo(): Operation | null {
    return this.#stepped(this.#client.redo());
  }

  /** The record changed: a good moment to see whether the last message got lost. */
  verify(): void {
    if (this.loaded && !this.#client.pending) this.#ask();
  }

  /** We stand there now; told when nothing of ours is on its way, since only then it fits. */
  select(selection: Selection): void {
    this.#selection = selection;
    this.#cursorTimer ??= setTimeout(() => {
      this.#cursorTimer = null;
      this.#tellCursor();
    }, CURSOR_MS);
  }

  leave(): void {
    this.#selection = null;
    this.#tellCursor();
  }

  /** Somebody came: they know nothing yet of where we stand. */
  met(): void {
    if (!this.#selection) return;
    this.#shown = '';
    this.#tellCursor();
  }

  forget(): void {
    this.lost = null;
    this.problem = null;
  }

  connected(): void {
    if (this.#awake) this.#ask();
  }

  disconnected(): void {
    clearTimeout(this.#openTimer);
    this.#client.disconnected();
    this.cursors.clear();
    this.#early.clear();
    this.#shown = '';
  }

  take(message: ServerMessage, actorId: string | null): void {
    if (message.event === 'server:text.op' || message.event === 'server:text.cursor')
      if (!this.#awake) this.wake();
    switch (message.event) {
      case 'server:text.document': {
        const { text, ops, revision, can_write, client } = message.payload;
        this.#me = client;
        this.canWrite = can_write;
        this.loaded = true;
        if (ops) this.#client.takeMissed(ops);
        else if (text !== null) this.#client.takeText(revision, text);
        break;
      }
      case 'server:text.op': {
        const { revision, op, id } = message.payload;
        this.#client.takeOperation(revision, op, id, actorId);
        break;
      }
      case 'server:text.ack':
        this.#client.takeAck(message.payload.id, message.payload.revision);
        break;
      case 'server:text.cursor':
        this.#takeCursor(message.payload);
        break;
      case 'server:error':
        if (message.id === undefined) break;
        if (message.id === this.#client.sentId)
          this.#refused(new Problem(message.payload.status, message.payload));
        else if (message.id === this.#openId)
          this.#notOpened(new Problem(message.payload.status, message.payload));
        break;
    }
    this.#show();
    for (const cursor of [...this.#early.values()]) this.#takeCursor(cursor);
    this.#tellCursor();
  }

  #ask(): void {
    this.#open(this.loaded ? this.#client.revision : undefined);
  }

  /** Asks for what came since a revision, or for all of it. */
  #open(revision?: number): void {
    this.#opening = revision;
    this.#room.say('client:text.open', { document: this.document, revision }, this.#openId);
  }

  /** A page with many texts opens them all at once; the server takes so many a second. */
  #notOpened(problem: Problem): void {
    if (!problem.isPassing) return;
    this.#openTimer = setTimeout(() => {
      this.#open(this.#opening);
    }, RETRY_MS);
  }

  #show(): void {
    this.text = this.#client.text;
    this.pending = this.#client.pending;
    keptTexts.keep(this.document, this.#client.kept);
    if (this.pending) return;
    this.#stopWhenSent?.();
    this.#stopWhenSent = null;
  }

  #stepped(op: Operation | null): Operation | null {
    if (op) this.#moveCursors(op);
    this.#show();
    return op;
  }

  #refused(problem: Problem): void {
    if (problem.isPassing) {
      setTimeout(() => {
        this.#client.again();
      }, RETRY_MS);
    } else if (problem.code === 'revision_gone') {
      this.#open();
    } else {
      this.lost = this.#client.text;
      this.problem = problem;
      this.onLost(this.lost, problem);
      this.#client.giveUp();
      this.#open();
    }
  }

  #moved(op: Operation, author: string | null): void {
    this.#moveCursors(op);
    const before = this.text;
    this.text = this.#client.text;
    this.onRemote(op, before);
    if (author === null || author === session.me?.id) return;
    const last = this.#said.get(author) ?? 0;
    if (Date.now() - last > SAY_AGAIN_MS)
      announcer.say(`${this.#room.nameOf(author)} is changing the ${this.#label}.`);
    this.#said.set(author, Date.now());
  }

  #moveCursors(op: Operation): void {
    for (const [client, cursor] of this.cursors)
      this.cursors.set(client, { ...cursor, selection: over(cursor.selection, op) });
  }

  #takeCursor(cursor: CursorTold): void {
    this.#early.delete(cursor.client);
    if (cursor.client === this.#me) return;
    const { revision, pending } = this.#client;
    if (cursor.head === null || cursor.anchor === null) this.cursors.delete(cursor.client);
    else if (cursor.revision > revision || (cursor.revision === revision && pending))
      this.#early.set(cursor.client, cursor);
    // one of an earlier revision is dropped: its owner tells again after what we know already
    else if (cursor.revision === revision)
      this.cursors.set(cursor.client, {
        userId: cursor.user_id,
        name: cursor.name,
        colour: cursor.colour,
        selection: [cursor.anchor, cursor.head],
      });
  }

  #tellCursor(): void {
    if (!this.loaded || this.#client.pending) return;
    const [anchor, head] = this.#selection ?? [null, null];
    const told = `${this.#client.revision}:${anchor}:${head}`;
    if (told === this.#shown || (head === null && this.#shown === '')) return;
    this.#shown = head === null ? '' : told;
    const at = { document: this.document, revision: this.#client.revision, anchor, head };
    this.#room.say('client:text.cursor', at);
  }
}

function over([anchor, head]: Selection, op: Operation): Selection {
  return [ot.transformPosition(anchor, op), ot.transformPosition(head, op)];
}
