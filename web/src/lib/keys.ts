/** One table of keys, read by the handler and by the "?" page, so they cannot disagree. */
import { VERDICTS } from './features/identity/verdicts';

export type KeyAction =
  | 'next'
  | 'previous'
  | 'up'
  | 'down'
  | 'open'
  | 'zoom'
  | 'compare'
  | 'approve'
  | 'reject'
  | 'star'
  | 'regenerate'
  | 'why'
  | 'back'
  | 'search'
  | 'help'
  | 'gallery'
  | 'inbox'
  | 'follow'
  | 'undo'
  | 'new';

export interface KeyRow {
  action: KeyAction;
  keys: string[];
  does: string;
  where: KeyPlace;
}

export const KEY_PLACES = [
  'Everywhere',
  'Gallery and sheet',
  'Looking at a picture',
  'Judging likeness',
  'Deciding together',
  'Versions',
  'Table and timeline',
  'Queue',
  'Inbox',
] as const;
export type KeyPlace = (typeof KEY_PLACES)[number];

export const KEY_TABLE: readonly KeyRow[] = [
  { action: 'search', keys: ['/'], does: 'Search characters', where: 'Everywhere' },
  { action: 'help', keys: ['?'], does: 'Show this list', where: 'Everywhere' },
  { action: 'gallery', keys: ['g'], does: 'Go to the gallery', where: 'Everywhere' },
  { action: 'inbox', keys: ['b'], does: 'Open the inbox', where: 'Everywhere' },
  { action: 'new', keys: ['n'], does: 'Make a new character', where: 'Everywhere' },
  { action: 'follow', keys: ['l'], does: 'See what the next person sees', where: 'Everywhere' },
  {
    action: 'undo',
    keys: ['u'],
    does: 'Do what the newest notice offers, such as Undo',
    where: 'Everywhere',
  },
  { action: 'back', keys: ['Escape'], does: 'Go back or close', where: 'Everywhere' },
  { action: 'next', keys: ['j', 'ArrowRight'], does: 'Next', where: 'Gallery and sheet' },
  { action: 'previous', keys: ['k', 'ArrowLeft'], does: 'Previous', where: 'Gallery and sheet' },
  { action: 'down', keys: ['ArrowDown'], does: 'Row below', where: 'Gallery and sheet' },
  { action: 'up', keys: ['ArrowUp'], does: 'Row above', where: 'Gallery and sheet' },
  { action: 'open', keys: ['Enter'], does: 'Open', where: 'Gallery and sheet' },
  { action: 'approve', keys: ['a'], does: 'Approve', where: 'Looking at a picture' },
  { action: 'reject', keys: ['x'], does: 'Reject', where: 'Looking at a picture' },
  { action: 'star', keys: ['s'], does: 'Star', where: 'Looking at a picture' },
  { action: 'regenerate', keys: ['r'], does: 'Make it again', where: 'Looking at a picture' },
  { action: 'why', keys: ['i'], does: 'Explain the score', where: 'Looking at a picture' },
  {
    action: 'compare',
    keys: ['c'],
    does: 'Compare with a reference',
    where: 'Looking at a picture',
  },
  { action: 'zoom', keys: [' '], does: 'Zoom in or out', where: 'Looking at a picture' },
];

/**
 * Keys that mean something only inside one part of a page, which handles them itself: an open
 * explanation of a score, a blind pair, the picture-by-picture table, the timeline.
 */
export const LOCAL_KEYS: readonly Omit<KeyRow, 'action'>[] = [
  ...VERDICTS.map(({ key, label }) => ({
    keys: [key],
    does: label,
    where: 'Judging likeness' as const,
  })),
  { keys: ['Shift+←↑↓→'], does: 'Move what is zoomed', where: 'Looking at a picture' },
  { keys: ['n'], does: 'Write a note', where: 'Looking at a picture' },
  { keys: ['1', '2', '3', '4'], does: 'Point, box, arrow, line', where: 'Looking at a picture' },
  { keys: ['[', ']'], does: 'Note before or after', where: 'Looking at a picture' },
  { keys: ['Backspace'], does: 'Back to the last pair', where: 'Judging likeness' },
  { keys: [' '], does: 'Whole pictures or faces', where: 'Judging likeness' },
  { keys: ['j', 'k'], does: 'Next or last picture', where: 'Deciding together' },
  { keys: ['a', 'x'], does: 'Approve or reject', where: 'Deciding together' },
  { keys: ['1', '2', '3', '4', '5'], does: 'Give stars', where: 'Deciding together' },
  { keys: ['c'], does: 'Choose for comparing', where: 'Deciding together' },
  {
    keys: ['w', 'o', 'd', 'v'],
    does: 'Wipe, onion skin, difference, grid',
    where: 'Deciding together',
  },
  { keys: ['f'], does: 'Lock on the face', where: 'Deciding together' },
  { keys: ['+', '-', '0'], does: 'Zoom in, out, show all', where: 'Deciding together' },
  { keys: ['Shift+←↑↓→'], does: 'Move what is zoomed', where: 'Deciding together' },
  {
    keys: ['ArrowLeft', 'ArrowRight', 'ArrowDown'],
    does: 'Blind: left, right, neither',
    where: 'Deciding together',
  },
  { keys: ['j', 'k'], does: 'Older or newer version', where: 'Versions' },
  { keys: ['c'], does: 'Hold this version to compare with', where: 'Versions' },
  { keys: ['r'], does: 'Go back to this version', where: 'Versions' },
  { keys: ['w', 'o', 'd', 'v'], does: 'Wipe, onion skin, difference, both', where: 'Versions' },
  {
    keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'],
    does: 'Move',
    where: 'Table and timeline',
  },
  { keys: ['Home', 'End'], does: 'First or last', where: 'Table and timeline' },
  { keys: ['Enter'], does: 'Open', where: 'Table and timeline' },
  { keys: ['ArrowDown', 'ArrowUp'], does: 'Next or previous row', where: 'Queue' },
  { keys: [' '], does: 'Choose, with Shift up to here', where: 'Queue' },
  { keys: ['Ctrl+A'], does: 'Choose all', where: 'Queue' },
  { keys: ['Alt+↑', 'Alt+↓'], does: 'Move up or down', where: 'Queue' },
  { keys: ['p'], does: 'Pause or resume', where: 'Queue' },
  { keys: ['r'], does: 'Try again', where: 'Queue' },
  { keys: ['Delete'], does: 'Cancel', where: 'Queue' },
  { keys: ['j', 'k'], does: 'Next or previous', where: 'Inbox' },
  { keys: ['Enter'], does: 'Open its page', where: 'Inbox' },
  { keys: ['m'], does: 'Mark as read or new', where: 'Inbox' },
];

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'> & {
  target: EventTarget | null;
};

const ACTION_OF = new Map(KEY_TABLE.flatMap((row) => row.keys.map((key) => [key, row.action])));

/** The action a key press means, or null: typing in a field and browser shortcuts stay alone. */
export function keyAction(event: KeyPress): KeyAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = ACTION_OF.get(key) ?? null;
  if (action !== 'back' && isTyping(event.target)) return null;
  if ((action === 'open' || action === 'zoom') && isPressable(event.target)) return null;
  return action;
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'range'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter and space on a focused button or link press that button. */
function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a[href], summary') !== null;
}

/** How a key is written on the page. */
export function keyLabel(key: string): string {
  const names: Record<string, string> = {
    ' ': 'Space',
    Escape: 'Esc',
    ArrowLeft: '←',
    ArrowRight: '→',
    ArrowUp: '↑',
    ArrowDown: '↓',
  };
  return names[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}
