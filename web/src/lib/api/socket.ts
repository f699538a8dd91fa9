/**
 * The project's live connection: reconnects by itself, applies durable events in order and
 * exactly once, and asks for what it missed. What a message means is not decided here.
 */
import type { ServerMessage } from './types';

export type Connection = 'connecting' | 'live' | 'waiting' | 'closed';

/** The part of WebSocket used here, so that tests can stand in for the network. */
export type Wire = Pick<WebSocket, 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'>;

export interface ProjectSocketOptions {
  url: string;
  since: number;
  onMessage: (message: ServerMessage) => void;
  onConnection: (state: Connection) => void;
  /** The server says that we may no longer be here (signed out, removed from the project). */
  onRefused?: () => void;
  /** The server no longer speaks as this page does. */
  onTooOld?: () => void;
  open?: (url: string) => Wire;
  later?: (run: () => void, ms: number) => () => void;
  random?: () => number;
}

/** Which form of the messages this page speaks (docs/realtime.md). */
export const PROTOCOL = 1;
/** Marks the answer to a request for what was missed. */
export const SYNC_ID = 'sync';

const FIRST_WAIT_MS = 500;
/** A network that is back is found within five seconds, also when the browser does not tell. */
const LONGEST_WAIT_MS = 4_000;
/** After so much silence we ask whether anybody is there; without an answer the line is dead. */
const SILENCE_MS = 10_000;
const ANSWER_MS = 4_000;
/** Where packets vanish, an attempt would never end by itself; and it was the wait already. */
const OPENING_MS = 4_000;
/** A gap that stays open this long is asked for again. */
const GAP_PATIENCE_MS = 4_000;
/** Close codes with which the server refuses for good. */
const REFUSED_CODES = new Set([4401, 4403, 4404, 1008]);
const TOO_OLD_CODE = 4426;

/** Wait before try number `attempt` (0 = first): doubles, capped, with jitter from `random`. */
export function reconnectDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}

export class ProjectSocket {
  #options: Required<ProjectSocketOptions>;
  #wire: Wire | null = null;
  #isOpen = false;
  #seq: number;
  #early = new Map<number, ServerMessage>();
  #attempt = 0;
  #sawDurable = false;
  #closed = false;
  #cancelReconnect: (() => void) | null = null;
  #cancelGap: (() => void) | null = null;
  #cancelSilence: (() => void) | null = null;
  #cancelOpening: (() => void) | null = null;
  #greeting: string[] = [];

  constructor(options: ProjectSocketOptions) {
    this.#seq = options.since;
    this.#options = {
      open: (url) => new WebSocket(url),
      later: (run, ms) => {
        const timer = setTimeout(run, ms);
        return () => {
          clearTimeout(timer);
        };
      },
      random: Math.random,
      onRefused: () => undefined,
      onTooOld: () => undefined,
      ...options,
    };
  }

  /** The last durable event that was applied. */
  get seq(): number {
    return this.#seq;
  }

  connect(): void {
    if (this.#closed || this.#wire) return;
    this.#cancelReconnect?.();
    this.#cancelReconnect = null;
    this.#options.onConnection('connecting');
    const wire = this.#options.open(this.#options.url);
    this.#wire = wire;
    this.#isOpen = false;
    this.#cancelOpening = this.#options.later(() => {
      this.#attempt = 0;
      this.drop();
    }, OPENING_MS);
    wire.onopen = () => {
      if (this.#wire !== wire) return;
      this.#cancelOpening?.();
      this.#isOpen = true;
      this.#attempt = 0;
      this.#sawDurable = false;
      this.#askForMissing();
      for (const text of this.#greeting) wire.send(text);
      this.#options.onConnection('live');
      this.#listenForSilence();
    };
    wire.onmessage = (event) => {
      if (this.#wire !== wire) return;
      this.#listenForSilence();
      this.#receive(event.data);
    };
    wire.onclose = (event) => {
      if (this.#wire === wire) this.#lost(event.code);
    };
  }

  /** Sends now if connected. Ephemeral: a message that cannot be sent is not queued. */
  send(event: string, payload: Record<string, unknown>, id?: string): boolean {
    if (!this.#wire) return false;
    try {
      this.#wire.send(JSON.stringify({ event, payload, id }));
      return true;
    } catch {
      return false;
    }
  }

  /** What to say after every (re)connection, for example where we are. */
  greet(messages: { event: string; payload: Record<string, unknown> }[]): void {
    this.#greeting = messages.map((message) => JSON.stringify(message));
  }

  /** The network came back or the tab woke up: do not wait for a timer, nor for a dead attempt. */
  hurry(): void {
    if (this.#closed) return;
    if (this.#wire && this.#isOpen) {
      this.#askForLife();
      return;
    }
    this.#attempt = 0;
    this.drop();
    this.connect();
  }

  /** The network went away: drop the connection now instead of after a TCP time-out. */
  drop(): void {
    const wire = this.#wire;
    if (!wire) return;
    this.#lost(1006);
    wire.close();
  }

  close(): void {
    this.#closed = true;
    this.#cancelReconnect?.();
    this.#cancelGap?.();
    this.#cancelSilence?.();
    this.#cancelOpening?.();
    const wire = this.#wire;
    this.#wire = null;
    wire?.close();
    this.#options.onConnection('closed');
  }

  #lost(code: number): void {
    this.#wire = null;
    this.#early.clear();
    this.#cancelGap?.();
    this.#cancelGap = null;
    this.#cancelSilence?.();
    this.#cancelOpening?.();
    if (this.#closed) return;
    if (REFUSED_CODES.has(code) || code === TOO_OLD_CODE) {
      this.#closed = true;
      this.#options.onConnection('closed');
      if (code === TOO_OLD_CODE) this.#options.onTooOld();
      else this.#options.onRefused();
      return;
    }
    const wait = reconnectDelay(this.#attempt, this.#options.random);
    this.#attempt += 1;
    this.#options.onConnection('waiting');
    this.#cancelReconnect = this.#options.later(() => {
      this.connect();
    }, wait);
  }

  #askForMissing(): void {
    this.send('client:sync_request', this.#seq > 0 ? { since: this.#seq } : {}, SYNC_ID);
  }

  /** A dead line looks like a quiet one: the browser tells of neither. */
  #listenForSilence(): void {
    this.#cancelSilence?.();
    this.#cancelSilence = this.#options.later(() => {
      this.#askForLife();
    }, SILENCE_MS);
  }

  #askForLife(): void {
    this.#cancelSilence?.();
    this.send('client:ping', {});
    this.#cancelSilence = this.#options.later(() => {
      this.drop();
    }, ANSWER_MS);
  }

  #receive(data: unknown): void {
    const message = parseMessage(data);
    if (!message) return;
    if (message.event === 'server:full_sync') {
      this.#takeFullSync(message);
    } else if (message.seq === undefined) {
      this.#options.onMessage(message);
    } else {
      this.#takeDurable(message, message.seq);
    }
  }

  #takeFullSync(message: Extract<ServerMessage, { event: 'server:full_sync' }>): void {
    const { seq } = message.payload;
    // A snapshot that events of this connection have already overtaken must not turn the clock
    // back; one that comes first may (the server was restored from a backup).
    if (seq < this.#seq && this.#sawDurable) return;
    this.#seq = seq;
    this.#sawDurable = true;
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
    this.#options.onMessage(message);
    this.#drain();
  }

  #takeDurable(message: ServerMessage, seq: number): void {
    this.#sawDurable = true;
    if (seq <= this.#seq) return;
    this.#early.set(seq, message);
    this.#drain();
  }

  #drain(): void {
    for (;;) {
      const next = this.#early.get(this.#seq + 1);
      if (!next) break;
      this.#early.delete(this.#seq + 1);
      this.#seq += 1;
      this.#options.onMessage(next);
    }
    if (this.#early.size === 0) {
      this.#cancelGap?.();
      this.#cancelGap = null;
    } else if (!this.#cancelGap) {
      this.#askForMissing();
      this.#cancelGap = this.#options.later(() => {
        this.#cancelGap = null;
        this.#drain();
      }, GAP_PATIENCE_MS);
    }
  }
}

function parseMessage(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null || !('event' in value)) return null;
    return value as ServerMessage;
  } catch {
    return null;
  }
}
