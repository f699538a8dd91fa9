/** People whose names are offered while one is being written after an @. */
import type { MemberRead } from '$lib/api/types';

const MOST_OFFERED = 6;

export class MentionOffer {
  /** The one that a key would take. */
  at = $state(0);
  #asked = $state<string | null>(null);
  #members: () => readonly MemberRead[];

  constructor(members: () => readonly MemberRead[]) {
    this.#members = members;
  }

  offered = $derived.by(() => {
    const asked = this.#asked?.toLowerCase();
    if (asked === undefined) return [];
    return this.#members()
      .map((member) => member.person)
      .filter((person) => person.name.toLowerCase().includes(asked))
      .slice(0, MOST_OFFERED);
  });

  get isOpen(): boolean {
    return this.#asked !== null;
  }

  /** Somebody stands there in a text now. */
  look(text: string, cursor: number): void {
    this.#asked = mentionBefore(text, cursor);
    this.at = 0;
  }

  close(): void {
    this.#asked = null;
  }

  /** What a key means to the list: the name that it takes, true for a step, false for nothing. */
  key(event: KeyboardEvent): string | boolean {
    const person = this.offered[this.at];
    if (!person || event.ctrlKey || event.metaKey) return false;
    if (event.key === 'Enter' || event.key === 'Tab') return person.name;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return false;
    this.at = (this.at + step + this.offered.length) % this.offered.length;
    return true;
  }
}

/** The name that is being written before the cursor, without its @; null when none is. */
export function mentionBefore(text: string, cursor: number): string | null {
  return /(?:^|\s)@([^\s@]*)$/u.exec(text.slice(0, cursor))?.[1] ?? null;
}

/** The text with a whole name where one was being written, and where the cursor stands then. */
export function withName(text: string, cursor: number, name: string): [string, number] {
  const before = text.slice(0, cursor).replace(/@[^\s@]*$/u, `@${name} `);
  return [before + text.slice(cursor), before.length];
}
