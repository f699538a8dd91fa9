/** A project's part of the machines, in words and as the fields of a form. */
import type { ShareRead, ShareUpdate } from '$lib/api/types';
import { count } from '$lib/format';

/** What stands in the form: amounts as people type them, empty for no limit. */
export interface ShareForm {
  weight: string;
  atOnce: string;
  calls: string;
  minutes: string;
  period: 'day' | 'month';
  beyond: 'wait' | 'refuse';
  commercial: boolean;
}

type Amount = 'weight' | 'atOnce' | 'calls' | 'minutes';

const MAX_WEIGHT = 10;
const NOT_A_NUMBER = 'A whole number from 1, or nothing for no limit.';

export function formOf(share: ShareRead): ShareForm {
  const text = (amount: number | null): string => (amount === null ? '' : String(amount));
  return {
    weight: String(share.weight),
    atOnce: text(share.max_running),
    calls: text(share.quota_calls),
    minutes: text(share.quota_seconds === null ? null : Math.ceil(share.quota_seconds / 60)),
    period: share.quota_period,
    beyond: share.refuses ? 'refuse' : 'wait',
    commercial: share.commercial,
  };
}

/** What is wrong, by field; nothing when the form can be sent. */
export function faultsOf(form: ShareForm): Partial<Record<Amount, string>> {
  const faults: Partial<Record<Amount, string>> = {};
  const weight = amountOf(form.weight);
  if (weight === null || weight === 'bad' || weight > MAX_WEIGHT) {
    faults.weight = `A whole number from 1 to ${String(MAX_WEIGHT)}.`;
  }
  for (const name of ['atOnce', 'calls', 'minutes'] as const) {
    if (amountOf(form[name]) === 'bad') faults[name] = NOT_A_NUMBER;
  }
  return faults;
}

/** Only what differs, so that two administrators change different things side by side. */
export function changeOf(share: ShareRead, form: ShareForm): ShareUpdate {
  const before = formOf(share);
  const amount = (text: string): number | null => {
    const read = amountOf(text);
    return read === 'bad' ? null : read;
  };
  const minutes = amount(form.minutes);
  return {
    ...(form.weight !== before.weight && { weight: amount(form.weight) }),
    ...(form.atOnce !== before.atOnce && { max_running: amount(form.atOnce) }),
    ...(form.calls !== before.calls && { quota_calls: amount(form.calls) }),
    ...(form.minutes !== before.minutes && {
      quota_seconds: minutes === null ? null : minutes * 60,
    }),
    ...(form.period !== before.period && { quota_period: form.period }),
    ...(form.beyond !== before.beyond && { refuses: form.beyond === 'refuse' }),
    ...(form.commercial !== before.commercial && { commercial: form.commercial }),
  };
}

/** What the project may have: "Weight 2, 3 at once, 100 calls a day, waits beyond". */
export function limitsText(share: ShareRead): string {
  const parts = [`Weight ${String(share.weight)}`];
  if (share.max_running !== null) parts.push(`${String(share.max_running)} at once`);
  const a = `a ${share.quota_period}`;
  if (share.quota_calls !== null) parts.push(`${count(share.quota_calls, 'call')} ${a}`);
  if (share.quota_seconds !== null) parts.push(`${minutesText(share.quota_seconds)} ${a}`);
  const limited = share.quota_calls !== null || share.quota_seconds !== null;
  if (limited) parts.push(share.refuses ? 'refused beyond' : 'waits beyond');
  if (share.commercial) parts.push('commercial work only');
  return parts.length === 1 ? `${parts[0] ?? ''}, no limit` : parts.join(', ');
}

/** What it has had in this period, and what it does now. */
export function useText({ use, quota_period }: ShareRead): string {
  const when = quota_period === 'day' ? 'today' : 'this month';
  return (
    `${count(use.calls, 'call')} and ${minutesText(use.seconds)} of machine time ${when}; ` +
    `${String(use.running)} running, ${String(use.waiting)} waiting`
  );
}

function minutesText(seconds: number): string {
  return count(Math.ceil(seconds / 60), 'minute');
}

function amountOf(text: string): number | null | 'bad' {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const amount = /^\d{1,8}$/.test(trimmed) ? Number(trimmed) : 0;
  return amount >= 1 ? amount : 'bad';
}
