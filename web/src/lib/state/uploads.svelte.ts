import { asProblem, Problem } from '$lib/api/problem';
import type { CheckRead, ReferenceRead } from '$lib/api/types';
import { upload } from '$lib/api/upload';

export type UploadState = 'waiting' | 'sending' | 'retrying' | 'done' | 'failed';

export interface Upload {
  readonly id: number;
  /** The character, or the project, that gets the picture. */
  readonly ownerId: string;
  readonly name: string;
  readonly bytes: number;
  /** Object URL of the picked file, so that the thumb is there before a byte is sent. */
  readonly thumb: string;
  state: UploadState;
  /** 0 to 1 */
  progress: number;
  problem: Problem | null;
}

export type Send<T> = (request: {
  ownerId: string;
  file: File;
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
}) => Promise<T>;

export interface UploadOptions<T> {
  /** Called with every picture that the server took. */
  onDone: (taken: T) => void;
  send: Send<T>;
  later?: (run: () => void, ms: number) => void;
}

const AT_ONCE = 3;
const TRIES = 6;
const FIRST_WAIT_MS = 1_000;

/**
 * Sends many pictures, a few at a time. A lost connection is retried by itself; a refusal of the
 * server is final and stays in the list with its sentence until somebody dismisses it.
 */
export class UploadQueue<T = unknown> {
  #list = $state<Upload[]>([]);
  #files = new Map<number, File>();
  #aborts = new Map<number, AbortController>();
  #tries = new Map<number, number>();
  #options: Required<UploadOptions<T>>;
  #next = 1;

  constructor(options: UploadOptions<T>) {
    this.#options = {
      later: (run, ms) => {
        setTimeout(run, ms);
      },
      ...options,
    };
  }

  of(ownerId: string): Upload[] {
    return this.#list.filter((item) => item.ownerId === ownerId);
  }

  get busy(): boolean {
    return this.#list.some((item) => item.state !== 'failed' && item.state !== 'done');
  }

  add(ownerId: string, files: readonly File[]): void {
    for (const file of files) {
      const id = this.#next++;
      this.#files.set(id, file);
      this.#list.push({
        id,
        ownerId,
        name: file.name,
        bytes: file.size,
        thumb: URL.createObjectURL(file),
        state: 'waiting',
        progress: 0,
        problem: null,
      });
    }
    this.#pump();
  }

  retry(id: number): void {
    const item = this.#find(id);
    if (item?.state !== 'failed') return;
    this.#tries.delete(id);
    item.state = 'waiting';
    item.problem = null;
    this.#pump();
  }

  /** Cancels an upload on its way, or forgets a failed one. */
  dismiss(id: number): void {
    const item = this.#find(id);
    if (!item) return;
    this.#list = this.#list.filter((other) => other.id !== id);
    this.#aborts.get(id)?.abort();
    this.#forget(id, item.thumb);
    this.#pump();
  }

  /** The network is back: do not wait for the timers. */
  hurry(): void {
    for (const item of this.#list) if (item.state === 'retrying') item.state = 'waiting';
    this.#pump();
  }

  #find(id: number): Upload | undefined {
    return this.#list.find((item) => item.id === id);
  }

  #forget(id: number, thumb: string): void {
    URL.revokeObjectURL(thumb);
    this.#files.delete(id);
    this.#aborts.delete(id);
    this.#tries.delete(id);
  }

  #pump(): void {
    let sending = this.#list.filter((item) => item.state === 'sending').length;
    for (const item of this.#list) {
      if (sending >= AT_ONCE) return;
      if (item.state !== 'waiting') continue;
      sending += 1;
      void this.#send(item);
    }
  }

  async #send(item: Upload): Promise<void> {
    const file = this.#files.get(item.id);
    if (!file) return;
    const abort = new AbortController();
    this.#aborts.set(item.id, abort);
    item.state = 'sending';
    item.progress = 0;
    try {
      const taken = await this.#options.send({
        ownerId: item.ownerId,
        file,
        onProgress: (fraction) => {
          item.progress = fraction;
        },
        signal: abort.signal,
      });
      item.state = 'done';
      this.#options.onDone(taken);
      this.#list = this.#list.filter((other) => other.id !== item.id);
      this.#forget(item.id, item.thumb);
    } catch (error) {
      if (!abort.signal.aborted) this.#failed(item, asProblem(error));
    }
    this.#pump();
  }

  #failed(item: Upload, problem: Problem): void {
    const tries = (this.#tries.get(item.id) ?? 0) + 1;
    this.#tries.set(item.id, tries);
    item.problem = problem;
    if (!problem.isPassing || tries >= TRIES) {
      item.state = 'failed';
      return;
    }
    item.state = 'retrying';
    this.#options.later(
      () => {
        if (item.state !== 'retrying') return;
        item.state = 'waiting';
        this.#pump();
      },
      FIRST_WAIT_MS * 2 ** (tries - 1),
    );
  }
}

export const sendReference: Send<ReferenceRead> = ({ ownerId, file, ...rest }) =>
  upload({
    url: `/api/v1/characters/${ownerId}/references`,
    file,
    name: file.name,
    ...rest,
  });

/** `expected`: the characters that should be in the pictures when they are sent. */
export function sendCheck(expected: () => readonly string[]): Send<CheckRead> {
  return ({ ownerId, file, ...rest }) => {
    const query = new URLSearchParams(expected().map((id) => ['expected', id]));
    const url = `/api/v1/projects/${ownerId}/checks?${query}`;
    return upload({ url, file, name: file.name, ...rest });
  };
}
