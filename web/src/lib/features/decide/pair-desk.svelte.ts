/** Which two pictures somebody compares next, with a network and without one. */
import { asProblem, type Problem } from '$lib/api/problem';
import type { PairShown } from '$lib/api/types';
import type { Booth } from './booth';

export class PairDesk {
  pair = $state.raw<PairShown | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** True once the server has said which pair comes first, or that none does. */
  asked = $state(false);
  /** Whether all is answered that could be drawn in advance: the rest takes a network. */
  dry = $state(false);
  #booth: Pick<Booth, 'nextPair' | 'compare'>;
  #ondone: () => void;

  constructor(booth: Pick<Booth, 'nextPair' | 'compare'>, ondone: () => void) {
    this.#booth = booth;
    this.#ondone = ondone;
  }

  /** Asks for the pair that tells most; what was drawn in advance serves while nobody answers. */
  async next(): Promise<void> {
    try {
      this.pair = await this.#booth.nextPair();
      this.problem = null;
      this.dry = false;
      if (!this.pair) this.#ondone();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.isPassing && this.pair) this.#goOn();
      else this.problem = problem;
    }
    this.asked = true;
  }

  async answer(side: 'left' | 'right' | null): Promise<void> {
    if (!this.pair || this.busy) return;
    const { left_id, right_id } = this.pair;
    this.busy = true;
    const winner_id = side === null ? null : side === 'left' ? left_id : right_id;
    try {
      if (await this.#booth.compare({ left_id, right_id, winner_id })) await this.next();
      else this.#goOn();
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  /** The network is back, and everything that was answered has arrived. */
  async resume(): Promise<void> {
    if (this.dry && !this.busy) await this.next();
  }

  #goOn(): void {
    if (!this.pair) return;
    const { answered, enough } = this.pair;
    const [two, ...ahead] = this.pair.ahead;
    this.pair = two ? { ...two, answered: answered + 1, enough, ahead } : null;
    this.dry = !two;
  }
}
