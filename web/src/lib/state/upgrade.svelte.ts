/**
 * A newer page lies on the server: this one is exchanged for it when that disturbs nobody. What
 * is unsent lies in the browser's store and goes out from the new page.
 */
import { updated } from '$app/state';
import { outbox } from '$lib/offline/outbox.svelte';

const QUIET_MS = 30_000;
const LOOK_MS = 5_000;

class Upgrade {
  /** A newer page is there. */
  ready = $state(false);
  /** The server no longer understands this one: it can show, and keep, but not send. */
  must = $state(false);
  #version: string | null = null;
  #touched = Date.now();
  #busy = new Set<() => boolean>();
  #looking = false;

  /** What the server says its version is, on each connection. */
  heard(version: string): void {
    const changed = this.#version !== null && this.#version !== version;
    this.#version = version;
    // A page may also be built anew under the same version of the server.
    void updated.check().then((isNewer) => {
      if (isNewer || changed) this.#begin();
    });
  }

  mustReload(): void {
    this.must = true;
    this.#begin();
  }

  /** While `isBusy` says so, the page is not exchanged: something on it cannot be kept. */
  holdWhile(isBusy: () => boolean): () => void {
    this.#busy.add(isBusy);
    return () => this.#busy.delete(isBusy);
  }

  async reload(): Promise<void> {
    await outbox.settled();
    location.reload();
  }

  #begin(): void {
    this.ready = true;
    if (this.#looking) return;
    this.#looking = true;
    for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart'])
      addEventListener(event, () => (this.#touched = Date.now()), { passive: true });
    document.addEventListener('visibilitychange', this.#look);
    setInterval(this.#look, LOOK_MS);
  }

  #look = (): void => {
    if (isWriting() || [...this.#busy].some((isBusy) => isBusy())) return;
    if (document.hidden || Date.now() - this.#touched > QUIET_MS) void this.reload();
  };
}

/** Whether somebody has a field or a dialog open: the caret and the words in it would be gone. */
export function isWriting(): boolean {
  const active = document.activeElement;
  const field =
    active instanceof HTMLElement && active.matches('input, textarea, [contenteditable]');
  const filled = [...document.querySelectorAll('textarea')].some(
    (one) => !one.readOnly && one.value !== '' && one.dataset['kept'] === undefined,
  );
  return field || filled || document.querySelector('[role="dialog"]') !== null;
}

export const upgrade = new Upgrade();
