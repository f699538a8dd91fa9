/** Who may be asked and who may decide, and how a deadline stands in a form. */
import type { MemberRead } from '$lib/api/types';

export const QUORUMS = ['0', '1', '2', '3', '4', '5', '8', '12'];

/** How many votes may be needed; a number that a script chose stays in the list. */
export function quorumOptions(now: number): { value: string; label: string }[] {
  const all = QUORUMS.includes(String(now)) ? QUORUMS : [...QUORUMS, String(now)];
  return all.map((value) => ({ value, label: value === '0' ? 'None' : value }));
}

/** People who may change characters, and so decide. */
export function leads(members: readonly MemberRead[]): MemberRead[] {
  return members.filter(({ role }) => role === 'owner' || role === 'editor');
}

/** People who may vote, without whoever asks. */
export function voters(members: readonly MemberRead[], me: string | undefined): MemberRead[] {
  return members.filter(({ role, person }) => role !== 'viewer' && person.id !== me);
}

/** A moment as a form takes it, in the time of this place; '' for never. */
export function toLocal(iso: string | null): string {
  if (!iso) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocal(value: string): string | null {
  return value ? new Date(value).toISOString() : null;
}
