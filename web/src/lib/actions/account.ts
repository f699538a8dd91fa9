import { goto } from '$app/navigation';
import { accounts } from '$lib/api/calls';
import { asProblem } from '$lib/api/problem';
import { links } from '$lib/links';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';

export async function signOut(): Promise<void> {
  try {
    await accounts.signOut();
  } catch (error) {
    toasts.problem(asProblem(error));
    return;
  }
  await goto(links.signIn(), { replaceState: true });
  session.signedOut();
}
