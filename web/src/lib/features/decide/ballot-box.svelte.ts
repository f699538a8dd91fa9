/** Ballots on their way: shown at once, and sent one after the other so that the newest counts. */
import { SvelteMap } from 'svelte/reactivity';
import type { Ballot } from '$lib/api/types';

export class BallotBox {
  /** What was said and is not confirmed yet; the next click builds on it. */
  readonly onTheWay = new SvelteMap<string, Ballot>();
  #line: Promise<void> = Promise.resolve();

  /** Sends a ballot behind those before it; `send` reports its own failures and never throws. */
  put(candidateId: string, ballot: Ballot, send: () => Promise<void>): Promise<void> {
    this.onTheWay.set(candidateId, ballot);
    this.#line = this.#line.then(send).then(() => {
      if (this.onTheWay.get(candidateId) === ballot) this.onTheWay.delete(candidateId);
    });
    return this.#line;
  }
}
