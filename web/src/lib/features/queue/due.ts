/** By when work is needed, in words and as the browser's own field writes it. */

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'short' });
const DAY_MS = 86_400_000;

/** "today 18:00", "tomorrow 09:00", "Fri 09:00", "28 Nov 09:00"; `now` in milliseconds. */
export function dueText(iso: string, now: number = Date.now()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const days = Math.round((midnight(at) - midnight(new Date(now))) / DAY_MS);
  const time = TIME.format(at);
  if (days === 0) return `today ${time}`;
  if (days === 1) return `tomorrow ${time}`;
  return days > 1 && days < 7 ? `${WEEKDAY.format(at)} ${time}` : `${DAY.format(at)} ${time}`;
}

function midnight(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}

/** What `datetime-local` shows for a moment: the clock on the wall, without a zone. */
export function fieldValue(iso: string | null): string {
  if (iso === null) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The moment that the field shows; null where it is empty or no moment. */
export function fromField(value: string): string | null {
  const at = new Date(value);
  return value === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

export interface Preset {
  label: string;
  at: string;
}

const END_OF_WORK = 18;
const BEGIN_OF_WORK = 9;
/** Whoever does not own the project has to say it so long before. */
const NOTICE_MS = 3_600_000;

/** The moments that people mean most often; those that are too near are left out. */
export function presets(now: number = Date.now()): Preset[] {
  const today = new Date(now);
  const [year, month, day] = [today.getFullYear(), today.getMonth(), today.getDate()] as const;
  const found: [string, Date][] = [
    ['In two hours', new Date(now + 2 * NOTICE_MS)],
    ['Today, 18:00', new Date(year, month, day, END_OF_WORK)],
    ['Tomorrow, 09:00', new Date(year, month, day + 1, BEGIN_OF_WORK)],
  ];
  return found
    .filter(([, at]) => at.getTime() > now + NOTICE_MS)
    .map(([label, at]) => ({ label, at: at.toISOString() }));
}
