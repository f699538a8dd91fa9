import { SvelteMap } from 'svelte/reactivity';
import { asProblem, type Problem } from '$lib/api/problem';
import { projects } from '$lib/api/calls';
import { queue as calls } from '$lib/api/queue';
import { ProjectSocket } from '$lib/api/socket';
import type { Curve, QueueItem, QueueRead, ServerMessage, WorkerRead } from '$lib/api/types';
import { isRunning } from '$lib/features/queue/item';
import { grown } from '$lib/features/training/curve';
import { announcer } from './announce.svelte';

/** After a message the queue is read again, but not more often than this. */
const QUIET_MS = 1_000;
/** Other projects' work moves ours without a message that reaches us. */
const ROUND_MS = 5_000;
/** One connection each; who is in more projects is served by the rounds. */
const MOST_SOCKETS = 12;

export interface LiveProgress {
  progress: number;
  step: string;
  /** Seconds that it still takes by its own pace, where that is told. */
  eta_s?: number | null;
}

/** What works and waits, kept true while somebody looks. */
export class QueueStore {
  read = $state.raw<QueueRead | null>(null);
  workers = $state.raw<WorkerRead[]>([]);
  problem = $state.raw<Problem | null>(null);
  /** When the workers were read, in milliseconds: the right edge of their graphs. */
  readAt = $state(Date.now());
  /** Progress by id of a call or of its subject, ahead of the list. */
  readonly progress = new SvelteMap<string, LiveProgress>();

  /** What came of the curves of trainings while we looked, by id of the subject. */
  readonly curves = new SvelteMap<string, Curve>();

  /** What running calls have made so far, as data URLs, by id of the call. */
  readonly previews = new SvelteMap<string, string>();

  #projectId: string | null;
  #sockets = new Map<string, ProjectSocket>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #round: ReturnType<typeof setInterval> | null = null;
  #reading = false;
  #again = false;
  #last = 0;
  #closed = false;

  constructor(projectId: string | null) {
    this.#projectId = projectId;
  }

  get items(): readonly QueueItem[] {
    return this.read?.items ?? [];
  }

  open(): void {
    void this.refresh();
    void this.#listen();
    this.#round = setInterval(() => {
      if (document.visibilityState === 'visible') this.soon();
    }, ROUND_MS);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#round) clearInterval(this.#round);
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  /** Shows a guess at once, until the queue is read again. */
  show(items: QueueItem[]): void {
    if (this.read) this.read = { ...this.read, items };
  }

  /** Reads again shortly; many reasons within a moment cost one request. */
  soon(): void {
    if (this.#timer || this.#closed) return;
    const wait = Math.max(0, this.#last + QUIET_MS - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.refresh();
    }, wait);
  }

  async refresh(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    this.#last = Date.now();
    try {
      const [read, workers] = await Promise.all([calls.read(this.#projectId), calls.workers()]);
      if (this.#isClosed()) return;
      this.#announce(this.read, read);
      this.read = read;
      this.workers = workers;
      this.readAt = Date.now();
      this.problem = null;
      this.#forget(read);
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.#reading = false;
      if (this.#again) {
        this.#again = false;
        this.soon();
      }
    }
  }

  /** One project's messages, or those of all that we are in. */
  async #listen(): Promise<void> {
    let ids: string[] = [];
    if (this.#projectId) ids = [this.#projectId];
    else {
      try {
        ids = (await projects.list()).slice(0, MOST_SOCKETS).map(({ id }) => id);
      } catch {
        return; // the rounds go on, and say what is wrong
      }
    }
    if (this.#isClosed()) return;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    for (const id of ids) {
      const socket = new ProjectSocket({
        url: `${scheme}://${location.host}/ws/${id}`,
        since: 0,
        onMessage: (message) => this.#take(message),
        onConnection: (state) => {
          if (state === 'live') this.soon();
        },
      });
      this.#sockets.set(id, socket);
      socket.connect();
    }
  }

  #take(message: ServerMessage): void {
    if (message.event === 'server:task_progress') {
      this.progress.set(message.payload.task_id, message.payload);
    } else if (message.event === 'server:task_preview') {
      this.previews.set(message.payload.task_id, message.payload.image);
    } else if (message.event === 'server:training.progress') {
      const { job_id: id, curve } = message.payload;
      this.progress.set(id, message.payload);
      if (curve) this.curves.set(id, grown(this.curves.get(id), curve));
    } else if (message.event === 'server:queue.changed' || message.seq !== undefined) {
      this.soon();
    }
  }

  #announce(before: QueueRead | null, after: QueueRead): void {
    if (!before) return;
    const still = new Set(after.items.map(({ id }) => id));
    const gone = before.items.filter(({ id }) => !still.has(id)).length;
    if (gone > 0)
      announcer.say(`${gone === 1 ? 'One is' : `${gone} are`} over, ${after.items.length} left.`);
  }

  #forget(read: QueueRead): void {
    const known = new Set(read.items.flatMap(({ id, subject_id }) => [id, subject_id]));
    for (const id of [...this.progress.keys()]) if (!known.has(id)) this.progress.delete(id);
    const running = new Set(
      read.items.filter(isRunning).flatMap(({ id, subject_id }) => [id, subject_id]),
    );
    for (const live of [this.previews, this.curves])
      for (const id of [...live.keys()]) if (!running.has(id)) live.delete(id);
  }

  #isClosed(): boolean {
    return this.#closed;
  }
}
