import { asProblem, type Problem } from '$lib/api/problem';
import { toasts } from '$lib/state/toasts.svelte';

/** Runs a request and shows its problem as a notice; answers null when it failed. */
export async function attempt<T>(run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    toasts.problem(asProblem(error));
    return null;
  }
}

/** The same where the page shows the problem itself, beside the field that caused it. */
export async function outcome<T>(
  run: () => Promise<T>,
): Promise<{ value: T; problem: null } | { value: null; problem: Problem }> {
  try {
    return { value: await run(), problem: null };
  } catch (error) {
    return { value: null, problem: asProblem(error) };
  }
}
