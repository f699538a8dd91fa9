import { queue as calls } from '$lib/api/queue';
import type { QueueItem, QueueVerb } from '$lib/api/types';
import { dueText } from '$lib/features/queue/due';
import { titleOf } from '$lib/features/queue/item';
import { moved, type Place } from '$lib/features/queue/move';
import { able, didText, UNDO } from '$lib/features/queue/verbs';
import { count } from '$lib/format';
import type { QueueStore } from '$lib/state/queue.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { attempt } from './attempt';

/** Does the same with every entry that allows it, and offers the way back. */
export async function steer(
  items: readonly QueueItem[],
  verb: QueueVerb,
  done: () => void,
): Promise<void> {
  const chosen = able(items, verb);
  if (chosen.length === 0) return;
  const titles = chosen.map(titleOf);
  const answer = await attempt(() =>
    calls.batch(
      verb,
      chosen.map(({ id }) => id),
    ),
  );
  done();
  if (!answer) return;
  const [refusal] = answer.refused;
  if (answer.done.length > 0) {
    toasts.say(didText(verb, titles.slice(0, answer.done.length)), {
      label: verb === 'cancel' ? 'Try again' : 'Undo',
      run: () => void attempt(() => calls.batch(UNDO[verb], answer.done)).then(done),
    });
  }
  if (refusal) {
    toasts.say(
      answer.refused.length === 1
        ? refusal.detail
        : `${count(answer.refused.length, 'entry', 'entries')} stayed as they were: ${refusal.detail}`,
    );
  }
}

/** Puts what has ended away in one step, and offers it back. */
export async function clearEnded(
  store: QueueStore,
  projectId: string | null,
  whose: 'mine' | 'all',
): Promise<void> {
  const cleared = await attempt(() => calls.clear(projectId, whose));
  await store.refresh();
  if (!cleared) return;
  const undo = {
    label: 'Undo',
    run: () => void attempt(() => calls.undoClear(cleared.id)).then(() => store.refresh()),
  };
  toasts.say(
    cleared.count > 0
      ? `${count(cleared.count, 'entry', 'entries')} put away. The history keeps them.`
      : 'Nothing of yours has ended.',
    cleared.count > 0 ? undo : null,
  );
}

/** Says by when an entry is needed, or with null that it is not. */
export async function needBy(store: QueueStore, item: QueueItem, at: string | null): Promise<void> {
  const saved = await attempt(() => calls.need(item.id, at));
  if (saved)
    toasts.say(
      at ? `${titleOf(item)} is needed by ${dueText(at)}.` : `${titleOf(item)} waits its turn.`,
    );
  await store.refresh();
}

/** Shows the new order at once; what the server answers counts. */
export async function reorder(store: QueueStore, item: QueueItem, place: Place): Promise<void> {
  const order = moved(
    store.items.map(({ id }) => id),
    item.id,
    place,
  );
  const byId = new Map(store.items.map((one) => [one.id, one]));
  store.show(order.flatMap((id) => byId.get(id) ?? []));
  const saved = await attempt(() => calls.move(item.id, place));
  if (saved) toasts.say(`${titleOf(item)} is at place ${saved.position ?? 1} now.`);
  await store.refresh();
}
