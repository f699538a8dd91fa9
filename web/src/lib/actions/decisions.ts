import { decisions as calls } from '$lib/api/decisions';
import type { DecisionRead } from '$lib/api/types';
import type { Room } from '$lib/state/room.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { attempt } from './attempt';

export async function loadDecisions(room: Room): Promise<void> {
  const finish = room.decisions.load();
  const list = await attempt(() => calls.list(room.projectId));
  if (list) finish(list, () => true);
}

/** Runs a request that answers the whole decision, and keeps it. */
export async function change(room: Room, run: () => Promise<DecisionRead>): Promise<boolean> {
  const finish = room.decisions.load();
  const saved = await attempt(run);
  if (saved) finish([saved]);
  return saved !== null;
}

/** The picture takes its place in the set; the way back is on the notice. */
export async function decide(
  room: Room,
  decision: DecisionRead,
  candidateId: string | null,
): Promise<void> {
  const done = await change(room, () => calls.decide(decision.id, candidateId));
  if (!done) return;
  toasts.say(candidateId ? `${decision.label} is in the sheet.` : 'The sheet stays as it is.', {
    label: 'Undo',
    run: () => void reopen(room, decision.id),
  });
}

export async function reopen(room: Room, decisionId: string): Promise<void> {
  await change(room, () => calls.reopen(decisionId));
}

/** Several pictures at once; each stands for itself. */
export async function bring(
  room: Room,
  decisionId: string,
  files: readonly File[],
  editedId: string | null = null,
): Promise<void> {
  for (const file of files) await change(room, () => calls.bring(decisionId, file, editedId));
}
