/** Unsent words of shared texts, kept for the page that comes after this one. */
import { SvelteSet } from 'svelte/reactivity';
import { session } from '$lib/state/session.svelte';
import type { KeptText } from '$lib/text/client';
import { isOrphan, pageId } from './page';
import { store } from './store';

class KeptTexts {
  /** Documents of this page that hold unsent words. */
  readonly unsent = new SvelteSet<string>();
  #writes: Promise<unknown> = Promise.resolve();

  /** What a page that is gone left in this document; it is ours from now on. */
  async adopt(document: string): Promise<KeptText | null> {
    const userId = session.me?.id;
    if (!userId) return null;
    try {
      for (const one of await store.texts(userId)) {
        if (one.document !== document || !(await isOrphan(one.pageId, one.at))) continue;
        if (one.pageId !== (await pageId)) await store.removeText(one);
        this.keep(document, one.kept);
        return one.kept;
      }
    } catch {
      // A browser that keeps nothing has nothing to give back.
    }
    return null;
  }

  /** Keeps what is unsent; null when everything has arrived. */
  keep(document: string, kept: KeptText | null): void {
    const userId = session.me?.id;
    if (!userId || (!kept && !this.unsent.has(document))) return;
    if (kept) this.unsent.add(document);
    else this.unsent.delete(document);
    this.#writes = this.#writes
      .then(async () => {
        const name = { userId, document, pageId: await pageId };
        await (kept ? store.putText({ ...name, at: Date.now(), kept }) : store.removeText(name));
      })
      .catch(() => undefined);
  }
}

export const keptTexts = new KeptTexts();
