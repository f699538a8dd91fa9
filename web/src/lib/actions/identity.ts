import {
  alerts as alertCalls,
  checks as checkCalls,
  consistency,
  verdicts,
} from '$lib/api/identity';
import type { ConsistencyChange } from '$lib/api/identity';
import type { AlertRead, CheckRead, Judgement, VariationRead, VerdictTally } from '$lib/api/types';
import { withVerdict } from '$lib/features/identity/verdicts';
import { count } from '$lib/format';
import type { Room } from '$lib/state/room.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { attempt } from './attempt';

const NOBODY: VerdictTally = { same: 0, not_same: 0, cant_tell: 0, mine: null };

const SAID: Record<Judgement, string> = {
  same: 'same character',
  not_same: 'not the same',
  cant_tell: "can't tell",
};

/** Says (or with null takes back) whether a picture shows its character. */
export async function judgeLikeness(
  room: Room,
  variation: VariationRead,
  judgement: Judgement | null,
  { undoable = true } = {},
): Promise<void> {
  const { id, character_id } = variation;
  const before = room.consistency.item(character_id, id)?.verdicts ?? NOBODY;
  if (before.mine === judgement) return;
  room.consistency.setVerdicts(character_id, id, withVerdict(before, judgement));
  const tally = await attempt(() =>
    judgement ? verdicts.give(id, judgement) : verdicts.withdraw(id),
  );
  room.consistency.setVerdicts(character_id, id, tally ?? before);
  if (!tally || !undoable) return;
  toasts.say(
    judgement ? `${variation.label}: ${SAID[judgement]}.` : 'Your verdict is taken back.',
    {
      label: 'Undo',
      run: () => void judgeLikeness(room, variation, before.mine, { undoable: false }),
    },
  );
}

/** How a character is judged. The way back is on the notice. */
export async function changeConsistency(
  room: Room,
  characterId: string,
  change: ConsistencyChange,
  before: ConsistencyChange,
  said: string,
): Promise<void> {
  const saved = await attempt(() => consistency.update(characterId, change));
  if (!saved) return;
  room.consistency.take(saved);
  toasts.say(said, {
    label: 'Undo',
    run: () =>
      void attempt(() => consistency.update(characterId, before)).then((restored) => {
        if (restored) room.consistency.take(restored);
      }),
  });
}

export async function loadAlerts(room: Room): Promise<void> {
  const finish = room.alerts.load();
  const list = await attempt(() => alertCalls.list(room.projectId));
  if (list) finish(list, () => true);
}

export async function closeAlert(room: Room, alert: AlertRead): Promise<void> {
  const saved = await attempt(() => alertCalls.close(alert.id));
  if (!saved) return;
  room.alerts.upsert(saved);
  toasts.say('Alert closed.', { label: 'Undo', run: () => void reopenAlert(room, saved) });
}

export async function snoozeAlert(
  room: Room,
  alert: AlertRead,
  reason: string,
  days: number,
): Promise<boolean> {
  const saved = await attempt(() => alertCalls.snooze(alert.id, reason, days));
  if (!saved) return false;
  room.alerts.upsert(saved);
  toasts.say(`Asleep for ${count(days, 'day')}.`, {
    label: 'Undo',
    run: () => void reopenAlert(room, saved),
  });
  return true;
}

export async function reopenAlert(room: Room, alert: AlertRead): Promise<void> {
  const saved = await attempt(() => alertCalls.reopen(alert.id));
  if (saved) room.alerts.upsert(saved);
}

export async function loadChecks(room: Room): Promise<void> {
  const finish = room.checks.load();
  const list = await attempt(() => checkCalls.list(room.projectId));
  if (list) finish(list, () => true);
}

/** Long enough to see the notice and press Undo; a checked picture has no bin to come back from. */
const GRACE_MS = 7_000;

/** Hides the checked picture at once and removes it for good when nobody pressed Undo. */
export function removeCheck(room: Room, check: CheckRead): void {
  room.checks.remove(check.id);
  const timer = setTimeout(() => {
    void attempt(() => checkCalls.remove(check.id)).then((removed) => {
      if (!removed) room.checks.upsert(check);
    });
  }, GRACE_MS);
  toasts.say('Picture removed.', {
    label: 'Undo',
    run: () => {
      clearTimeout(timer);
      room.checks.upsert(check);
    },
  });
}
