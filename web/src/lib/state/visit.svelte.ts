import { activity } from '$lib/api/activity';
import type { SinceVisit } from '$lib/api/types';

/**
 * What happened in a project since we were last here. What is shown stays new until somebody says
 * that they have seen it; what we see happen while we are here is no news later.
 */
export class Visit {
  /** What others did meanwhile; null when there is nothing to say. */
  news = $state.raw<SinceVisit | null>(null);

  #projectId: string;
  #loaded = false;

  constructor(projectId: string) {
    this.#projectId = projectId;
  }

  async open(): Promise<void> {
    try {
      const since = await activity.sinceVisit(this.#projectId);
      this.#loaded = true;
      if (since.count > 0) this.news = since;
      else await activity.see(this.#projectId, since.seq);
    } catch {
      // A summary is a courtesy: the project opens without it, and the next visit has it.
    }
  }

  /** We have seen what is new, up to `seq`. */
  async see(seq: number): Promise<void> {
    this.news = null;
    await activity.see(this.#projectId, seq).catch(() => undefined);
  }

  /** We go: what happened up to `seq` happened before our eyes, unless older news still wait. */
  leave(seq: number): void {
    if (this.#loaded && !this.news && seq > 0) activity.seeOnLeaving(this.#projectId, seq);
  }
}
