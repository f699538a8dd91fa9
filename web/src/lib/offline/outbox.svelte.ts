/**
 * What a person changed and the server has not confirmed: kept in the order of doing, stored so
 * that it survives a reload, sent one by one. A page shows its records with these on top.
 */
import { asProblem, type Problem } from '$lib/api/problem';
import type { CharacterRead } from '$lib/api/types';
import { newId } from '$lib/ids';
import { joined, replaced, same, type Change, type Kind, type Of, type What } from './changes';
import { send, type Landed, type Send } from './send';
import { store, type Store } from './store';

/** An open project: takes the records that the server answered. */
export interface Host {
  readonly projectId: string;
  /** Called before a change is sent; the returned function takes the answer. */
  sending(what: What): (landed: Landed) => void;
}

export interface OutboxOptions {
  store?: Store;
  send?: Send;
  later?: (run: () => void, ms: number) => () => void;
  /** Tells the other windows of this person that the list changed. */
  channel?: Pick<BroadcastChannel, 'postMessage' | 'addEventListener'> | null;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 4_000;
/** A request that hangs in a dead network is given up; its key makes the next try harmless. */
const PATIENCE_MS = 15_000;

export class Outbox {
  changes = $state.raw<readonly Change[]>([]);
  /** True while the server cannot be reached, or will not take anything now. */
  failing = $state(false);
  #store: Store;
  #send: Send;
  #later: (run: () => void, ms: number) => () => void;
  #channel: OutboxOptions['channel'];
  #userId: string | null = null;
  #hosts = new Set<Host>();
  #sending: Promise<void> | null = null;
  #abort: AbortController | null = null;
  #wait = FIRST_WAIT_MS;
  #cancelRetry: (() => void) | null = null;
  #written: Promise<unknown> = Promise.resolve();

  constructor(options: OutboxOptions = {}) {
    this.#store = options.store ?? store;
    this.#send = options.send ?? send;
    this.#later =
      options.later ??
      ((run, ms) => {
        const timer = setTimeout(run, ms);
        return () => {
          clearTimeout(timer);
        };
      });
    this.#channel =
      options.channel === undefined
        ? typeof BroadcastChannel === 'undefined'
          ? null
          : new BroadcastChannel('onmodel-outbox')
        : options.channel;
    this.#channel?.addEventListener('message', () => void this.#readAgain());
  }

  waiting = $derived(this.changes.filter((one) => one.state === 'waiting'));
  /** What the server did not take: a person has to look at it. */
  stuck = $derived(this.changes.filter((one) => one.state !== 'waiting'));

  /** Takes over what this person left behind, and begins to send it. */
  async open(userId: string): Promise<void> {
    if (this.#userId === userId) {
      this.hurry();
      return;
    }
    this.#userId = userId;
    this.changes = [];
    await this.#readAgain();
    this.hurry();
  }

  /** Somebody else may use this browser now; what is unsent waits for its owner. */
  close(): void {
    this.#userId = null;
    this.changes = [];
    this.#abort?.abort();
  }

  join(host: Host): () => void {
    this.#hosts.add(host);
    return () => this.#hosts.delete(host);
  }

  /** Changes something: at once on this page, soon on the server. */
  put(projectId: string, what: What): Change {
    const known = replaced(this.changes, what);
    const before = known ? joined(known.what, what) : what;
    const last = this.changes.at(-1)?.at ?? 0;
    const change: Change = {
      id: newId(),
      userId: this.#userId ?? '',
      projectId,
      at: known?.at ?? Math.max(Date.now(), last + 1),
      tried: false,
      state: 'waiting',
      refusal: null,
      theirs: null,
      what: before,
    };
    // Writing anew over a field that two people changed is an answer to the question.
    const over = this.changes.filter((one) => one !== known && this.#answers(what, one));
    const rest = this.changes.filter((one) => one !== known && !over.includes(one));
    for (const one of known ? [known, ...over] : over)
      this.#write(() => this.#store.removeChange(one.id));
    if (isNothing(before)) {
      this.changes = rest;
      return change;
    }
    this.changes = [...rest, change].sort((one, other) => one.at - other.at);
    this.#write(() => this.#store.putChange(change));
    void this.#drain();
    return change;
  }

  /** Keeps words that the server would not take, until somebody has copied them. */
  keep(projectId: string, what: Of<'text'>, problem: Problem): void {
    this.#replace({
      id: newId(),
      userId: this.#userId ?? '',
      projectId,
      at: Date.now(),
      tried: true,
      state: 'refused',
      refusal: refusalOf(problem),
      theirs: null,
      what,
    });
  }

  discard(id: string): void {
    this.changes = this.changes.filter((one) => one.id !== id);
    this.#write(() => this.#store.removeChange(id));
  }

  /** Sends once more what was refused: the reason may be gone. */
  again(id: string): void {
    const change = this.changes.find((one) => one.id === id);
    if (!change || change.what.kind === 'text') return;
    this.#replace({ ...change, state: 'waiting', refusal: null });
    void this.#drain();
  }

  /** Of two values for one field: ours. It has seen theirs by now. */
  useMine(id: string): void {
    const change = this.changes.find((one) => one.id === id);
    if (change?.what.kind !== 'field' || !change.theirs) return;
    this.discard(id);
    this.put(change.projectId, { ...change.what, seen: change.theirs.value });
  }

  /** Somebody chose in a field that two people changed: the question is over, or another one. */
  told(record: CharacterRead): void {
    for (const one of this.stuck) {
      if (one.what.kind !== 'field' || one.what.characterId !== record.id || !one.theirs) continue;
      const now = record[one.what.field];
      if (same(now, one.what.value)) this.discard(one.id);
      else if (!same(now, one.theirs.value))
        this.#replace({ ...one, theirs: { value: now, by: record.updated_by } });
    }
  }

  of<K extends Kind>(kind: K, fits: (what: Of<K>) => boolean): (Change & { what: Of<K> })[] {
    return this.changes.filter(
      (one): one is Change & { what: Of<K> } => one.what.kind === kind && fits(one.what as Of<K>),
    );
  }

  /** The network is back, or may be. */
  hurry(): void {
    this.#wait = FIRST_WAIT_MS;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    void this.#drain();
  }

  /** The network is gone: do not wait for an answer that cannot come. */
  drop(): void {
    this.#abort?.abort();
  }

  /** Resolves when everything so far is in the browser's store and nothing is being sent. */
  async settled(): Promise<void> {
    await this.#sending;
    await this.#written;
  }

  async #readAgain(): Promise<void> {
    const userId = this.#userId;
    if (!userId) return;
    await this.#written;
    try {
      const stored = await this.#store.changes(userId);
      if (this.#userId === userId) this.changes = stored;
    } catch {
      // A browser that keeps nothing: what this page holds is all there is.
    }
    void this.#drain();
  }

  #drain(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    // Stored before it is sent: a page that dies now knows that it may have arrived.
    while (this.#userId) {
      const next = this.changes.find((one) => one.state === 'waiting');
      if (!next) break;
      if (!(await this.#sendOne(next))) break;
    }
  }

  async #sendOne(change: Change): Promise<boolean> {
    const tried = { ...change, tried: true };
    this.#replace(tried);
    const host = [...this.#hosts].find((one) => one.projectId === change.projectId);
    const take = host?.sending(change.what);
    this.#abort = new AbortController();
    const patience = setTimeout(() => this.#abort?.abort(), PATIENCE_MS);
    try {
      const landed = await this.#send(tried, this.#abort.signal);
      take?.(landed);
      this.discard(tried.id);
      this.failing = false;
      this.#wait = FIRST_WAIT_MS;
      return true;
    } catch (error) {
      return this.#failed(tried, problemOf(error), take);
    } finally {
      clearTimeout(patience);
      this.#abort = null;
    }
  }

  #failed(change: Change, problem: Problem, take?: (landed: Landed) => void): boolean {
    if (problem.isPassing || problem.code === 'not_signed_in') {
      this.failing = problem.isPassing;
      if (problem.isPassing) this.#retryLater();
      return false;
    }
    this.failing = false;
    const conflict = problem.conflicts[0];
    if (conflict) {
      take?.({ noun: 'character', record: problem.current as never });
      const theirs = { value: conflict.current, by: conflict.changed_by };
      this.#replace({ ...change, state: 'conflict', theirs });
    } else {
      this.#replace({ ...change, state: 'refused', refusal: refusalOf(problem) });
    }
    return true;
  }

  #retryLater(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#later(() => {
      this.#cancelRetry = null;
      void this.#drain();
    }, this.#wait);
    this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2);
  }

  #replace(change: Change): void {
    const rest = this.changes.filter((one) => one.id !== change.id);
    this.changes = [...rest, change].sort((one, other) => one.at - other.at);
    this.#write(() => this.#store.putChange(change));
  }

  #answers(what: What, one: Change): boolean {
    return (
      what.kind === 'field' &&
      one.what.kind === 'field' &&
      one.state !== 'waiting' &&
      one.what.characterId === what.characterId &&
      one.what.field === what.field
    );
  }

  /** One write after the other, and then the other windows hear of it. */
  #write(run: () => Promise<void>): void {
    this.#written = this.#written
      .then(run)
      .then(() => this.#channel?.postMessage('changed'))
      // A full or closed store must not stop the sending; the page still holds it all.
      .catch(() => undefined);
  }
}

/** A change and its undoing leave nothing to send. */
function isNothing(what: What): boolean {
  return what.kind === 'field' && same(what.value, what.seen);
}

function problemOf(error: unknown): Problem {
  if (error instanceof DOMException && error.name === 'AbortError')
    return asProblem(new TypeError('given up'));
  return asProblem(error);
}

function refusalOf({ code, message, wayOut, fields }: Problem): Change['refusal'] {
  return { code, message, wayOut, fields };
}

export const outbox = new Outbox();
