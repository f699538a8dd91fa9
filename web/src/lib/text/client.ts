/**
 * One person's share in a text that is written together: the change that is on its way, those
 * that wait behind it, and everybody else's, which are transformed over both. Knows no network:
 * what arrives may be late, double or out of order.
 */
import { newId } from '$lib/ids';
import { changeBetween, ot, type Operation } from './operations';
import { UndoHistory } from './undo';

export interface Outgoing {
  revision: number;
  op: Operation;
  id: string;
}

/** What is unsent, and the text that it was made on: enough to go on after a reload. */
export interface KeptText {
  revision: number;
  base: string;
  sent: { op: Operation; id: string } | null;
  waiting: Operation;
}

/** What happened at one revision: an operation, or that one of ours was taken. */
interface Entry {
  op: Operation | null;
  id: string | null;
  author: string | null;
}

export interface TextClientOptions {
  send: (change: Outgoing) => void;
  /** Some operations are missing; ask for what happened since this revision. */
  ask: (since: number) => void;
  /** Somebody else's operation, as it was put into our text. */
  onRemote?: (op: Operation, author: string | null) => void;
  newId?: () => string;
}

export class TextClient {
  readonly history = new UndoHistory();
  #options: TextClientOptions;
  #revision = 0;
  /** The text of the server at our revision. */
  #base: string;
  #text: string;
  #sent: { op: Operation; id: string } | null = null;
  #waiting: Operation = [];
  #early = new Map<number, Entry>();
  #loaded = false;
  #connected = false;
  #asked = false;

  constructor(text: string, options: TextClientOptions) {
    this.#base = text;
    this.#text = text;
    this.#options = options;
  }

  get text(): string {
    return this.#text;
  }

  get revision(): number {
    return this.#revision;
  }

  /** True while something of ours is not confirmed. */
  get pending(): boolean {
    return this.#sent !== null || this.#waiting.length > 0;
  }

  get sentId(): string | null {
    return this.#sent?.id ?? null;
  }

  /** What the server has not confirmed; null when there is nothing. */
  get kept(): KeptText | null {
    if (!this.pending) return null;
    return {
      revision: this.#revision,
      base: this.#base,
      sent: this.#sent,
      waiting: this.#waiting,
    };
  }

  /** Goes on where an earlier page stopped; before anything was opened or written. */
  restore({ revision, base, sent, waiting }: KeptText): void {
    this.#revision = revision;
    this.#base = base;
    this.#sent = sent;
    this.#waiting = waiting;
    this.#text = ot.apply(ot.apply(base, sent?.op ?? []), waiting);
    this.#loaded = true;
  }

  /** A change of ours. With `join` it is undone together with the one before. */
  edit(op: Operation, join = false): void {
    if (op.length === 0) return;
    this.history.record(ot.invertWithDoc(op, this.#text), join);
    this.#change(op);
  }

  undo(): Operation | null {
    return this.#step(this.history.undo(this.#text));
  }

  redo(): Operation | null {
    return this.#step(this.history.redo(this.#text));
  }

  /** The whole text came. What is not confirmed is put onto it. */
  takeText(revision: number, text: string): void {
    if (this.pending) {
      this.#merge({ op: changeBetween(this.#base, text), id: null, author: null });
    } else {
      const op = changeBetween(this.#text, text);
      this.#text = text;
      this.history.moveOver(op);
      if (op.length > 0) this.#options.onRemote?.(op, null);
    }
    this.#base = text;
    this.#revision = revision;
    this.#loaded = true;
    this.#resume();
  }

  /** What was missed came; after it, what was sent before may be sent again. */
  takeMissed(entries: { revision: number; op: Operation; id: string | null }[]): void {
    for (const { revision, op, id } of entries) this.#keep(revision, { op, id, author: null });
    this.#drain();
    this.#resume();
  }

  takeOperation(revision: number, op: Operation, id: string | null, author: string | null): void {
    this.#keep(revision, { op, id, author });
    this.#drain();
  }

  takeAck(id: string, revision: number): void {
    if (this.#sent?.id === id) this.#keep(revision, { op: null, id, author: null });
    this.#drain();
  }

  /** The connection is gone; from now on changes wait. */
  disconnected(): void {
    this.#connected = false;
    this.#asked = false;
    this.#early.clear();
  }

  /** Sends what is on its way once more. */
  again(): void {
    if (this.#connected && this.#sent)
      this.#options.send({ revision: this.#revision, ...this.#sent });
  }

  /** The server will not take our change: our text is given up for the server's. */
  giveUp(): void {
    this.#sent = null;
    this.#waiting = [];
    this.history.clear();
    const op = changeBetween(this.#text, this.#base);
    this.#text = this.#base;
    if (op.length > 0) this.#options.onRemote?.(op, null);
  }

  #step(op: Operation | null): Operation | null {
    if (op) this.#change(op);
    return op;
  }

  #change(op: Operation): void {
    this.#text = ot.apply(this.#text, op);
    this.#waiting = ot.compose(this.#waiting, op);
    this.#flush();
  }

  #flush(): void {
    if (!this.#connected || this.#sent || this.#waiting.length === 0) return;
    const id = (this.#options.newId ?? newId)();
    this.#sent = { op: this.#waiting, id };
    this.#waiting = [];
    this.#options.send({ revision: this.#revision, ...this.#sent });
  }

  #resume(): void {
    this.#connected = true;
    this.#asked = false;
    this.again();
    this.#flush();
    this.#drain();
  }

  #keep(revision: number, entry: Entry): void {
    if (revision >= this.#revision) this.#early.set(revision, entry);
  }

  #drain(): void {
    // What came before the text itself may already stand in it.
    if (!this.#loaded) return;
    for (;;) {
      const entry = this.#early.get(this.#revision);
      if (!entry) break;
      this.#early.delete(this.#revision);
      this.#take(entry);
    }
    for (const revision of this.#early.keys())
      if (revision < this.#revision) this.#early.delete(revision);
    if (this.#early.size > 0 && !this.#asked) {
      this.#asked = true;
      this.#options.ask(this.#revision);
    }
  }

  #take(entry: Entry): void {
    if (entry.id !== null && entry.id === this.#sent?.id) {
      this.#base = ot.apply(this.#base, this.#sent.op);
      this.#sent = null;
    } else if (entry.op) {
      this.#base = ot.apply(this.#base, entry.op);
      this.#merge(entry);
    }
    this.#revision += 1;
    this.#flush();
  }

  /** What was there first stays first: the server transforms ours the same way. */
  #merge({ op, author }: Entry): void {
    let theirs = op ?? [];
    if (this.#sent) {
      const sent = this.#sent.op;
      this.#sent.op = ot.transform(sent, theirs, 'right');
      theirs = ot.transform(theirs, sent, 'left');
    }
    const waiting = this.#waiting;
    this.#waiting = ot.transform(waiting, theirs, 'right');
    theirs = ot.transform(theirs, waiting, 'left');
    this.#text = ot.apply(this.#text, theirs);
    this.history.moveOver(theirs);
    if (theirs.length > 0) this.#options.onRemote?.(theirs, author);
  }
}
