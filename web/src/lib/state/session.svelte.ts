import { accounts } from '$lib/api/calls';
import { asProblem, type Problem } from '$lib/api/problem';
import type { UserRead } from '$lib/api/types';

type Status = 'unknown' | 'signed-in' | 'signed-out' | 'unreachable';

/** Who uses this browser. */
class Session {
  me = $state.raw<UserRead | null>(null);
  status = $state<Status>('unknown');
  problem = $state.raw<Problem | null>(null);

  async load(): Promise<void> {
    try {
      this.signedIn(await accounts.me());
    } catch (error) {
      const problem = asProblem(error);
      this.problem = problem;
      this.status = problem.status === 401 ? 'signed-out' : 'unreachable';
    }
  }

  signedIn(user: UserRead): void {
    this.me = user;
    this.problem = null;
    this.status = 'signed-in';
  }

  signedOut(): void {
    this.me = null;
    this.status = 'signed-out';
  }
}

export const session = new Session();
