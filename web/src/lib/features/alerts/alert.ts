/** Off-model alerts: which are open, and what one of them says. */
import type { AlertRead } from '$lib/api/types';
import { formatDate, formatPercent, formatShare } from '$lib/format';

export type AlertTab = AlertRead['state'];

export const ALERT_TABS: { value: AlertTab; label: string }[] = [
  { value: 'open', label: 'Open' },
  { value: 'snoozed', label: 'Asleep' },
  { value: 'closed', label: 'Closed' },
];

export function openAlerts(alerts: readonly AlertRead[], now: number = Date.now()): AlertRead[] {
  return alertsOf(alerts, 'open', now);
}

/** Newest first. An alert whose sleep is over is open again, whoever tells us first. */
export function alertsOf(
  alerts: readonly AlertRead[],
  tab: AlertTab,
  now: number = Date.now(),
): AlertRead[] {
  return alerts
    .filter((alert) => stateOf(alert, now) === tab)
    .toSorted((a, b) => (a.created_at < b.created_at ? 1 : a.created_at > b.created_at ? -1 : 0));
}

function stateOf(alert: AlertRead, now: number): AlertTab {
  const awake = alert.snoozed_until !== null && Date.parse(alert.snoozed_until) <= now;
  return alert.state === 'snoozed' && awake ? 'open' : alert.state;
}

/** "12 % where this character needs 50 %" */
export function alertText({ p_same, below }: AlertRead): string {
  return `${formatPercent(p_same)} like the references; the limit is ${formatShare(below)}.`;
}

/** What happened to it since; empty for an open one. */
export function handledText(alert: AlertRead, name: string): string {
  if (alert.state === 'snoozed' && alert.snoozed_until) {
    return `Asleep until ${formatDate(alert.snoozed_until)}, by ${name}${alert.reason ? `: ${alert.reason}` : ''}`;
  }
  if (alert.state === 'closed') return `Closed by ${name}`;
  return '';
}
