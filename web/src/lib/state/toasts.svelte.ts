import type { Problem } from '$lib/api/problem';
import { announcer } from './announce.svelte';

/** What a notice offers: something to do, or a page to go to. */
export type ToastAction = { label: string; run: () => void } | { label: string; href: string };

export interface Toast {
  id: number;
  tone: 'info' | 'bad';
  text: string;
  detail: string | null;
  action: ToastAction | null;
}

const SHOWN_MS = 6_000;
const AT_MOST = 4;

/** Short notices at the edge of the page. A removal carries its Undo instead of a question. */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: string, action: Toast['action'] = null): void {
    // A region that comes with its words is often not read out; the announcer's is always there.
    announcer.say(action ? `${text} Press U to ${action.label.toLowerCase()}.` : text);
    this.#add({ tone: 'info', text, detail: null, action });
  }

  problem(problem: Problem, action: Toast['action'] = null): void {
    this.#add({ tone: 'bad', text: problem.message, detail: problem.wayOut, action });
  }

  /** The newest notice that offers something: its key reaches it from inside a dialog, too. */
  get offering(): Toast | undefined {
    return this.list.findLast((toast) => toast.action);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Nobody can press Undo on a notice that leaves while the pointer is on it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  release(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => {
        this.dismiss(id);
      }, SHOWN_MS),
    );
  }

  #add(toast: Omit<Toast, 'id'>): void {
    const id = this.#next++;
    this.list = [...this.list, { ...toast, id }];
    while (this.list.length > AT_MOST && this.list[0]) this.dismiss(this.list[0].id);
    this.release(id);
  }
}

export const toasts = new Toasts();
