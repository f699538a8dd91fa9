/** The versions of one character, as far as they were read, kept up with the news. */
import { versions as calls } from '$lib/api/versions';
import { asProblem, type Problem } from '$lib/api/problem';
import type { VersionRead } from '$lib/api/types';

export class Shelf {
  /** Newest first, without gaps. */
  list = $state.raw<readonly VersionRead[]>([]);
  problem = $state.raw<Problem | null>(null);
  #reading = 0;

  constructor(readonly characterId: string) {}

  get newest(): number {
    return this.list[0]?.number ?? 0;
  }

  get hasOlder(): boolean {
    return (this.list.at(-1)?.number ?? 1) > 1;
  }

  /** Reads what is new, and the names anew; answers what was not known. */
  async refresh(): Promise<readonly VersionRead[]> {
    const mine = ++this.#reading;
    const known = this.newest;
    try {
      let fresh: VersionRead[] = await calls.list(this.characterId);
      // after a long time away there is more than a page between
      while (known > 0 && (fresh.at(-1)?.number ?? 0) > known + 1) {
        fresh = [...fresh, ...(await calls.list(this.characterId, fresh.at(-1)?.number))];
      }
      if (mine !== this.#reading) return [];
      const oldest = fresh.at(-1)?.number ?? 1;
      this.list = [...fresh, ...this.list.filter((one) => one.number < oldest)];
      this.problem = null;
      return known === 0 ? [] : fresh.filter((one) => one.number > known);
    } catch (error) {
      if (mine === this.#reading) this.problem = asProblem(error);
      return [];
    }
  }

  /** Reads on towards the first version, at least as far as a number. */
  async older(until = this.list.at(-1)?.number ?? 1): Promise<void> {
    try {
      do {
        const last = this.list.at(-1)?.number;
        const more = await calls.list(this.characterId, last);
        if (this.list.at(-1)?.number !== last) return; // somebody else read it meanwhile
        this.list = [...this.list, ...more];
      } while (this.hasOlder && (this.list.at(-1)?.number ?? 1) > until);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }
}
