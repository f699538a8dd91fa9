import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NoteRead, ServerMessage } from '$lib/api/types';
import { outbox } from '$lib/offline/outbox.svelte';
import { keptTexts } from '$lib/offline/texts.svelte';
import type { TextListener } from '$lib/state/room.svelte';
import { session } from '$lib/state/session.svelte';
import { note } from '../../../../tests/unit/records';
import NoteThread from './NoteThread.svelte';

interface Said {
  event: string;
  payload: Record<string, unknown>;
}

const WORDS = '- [ ] ears\n- [ ] nose';
const DOCUMENT = 'note:n1:text';
let said: Said[];
let listener: TextListener | undefined;
const room = {
  canReview: true,
  isOwner: false,
  projectId: 'p1',
  nameOf: (id: string) => ({ u1: 'Ada', u2: 'Bo' })[id] ?? 'Somebody',
  colourOf: () => '#fff',
  live: { selecting: () => [], company: [] },
  members: { all: () => [{ person: { id: 'u2', name: 'Bo' }, role: 'reviewer' }] },
  say: (event: string, payload: Record<string, unknown>) => said.push({ event, payload }) > 0,
  listen: (_: string, one: TextListener) => {
    listener = one;
    one.connected();
    return () => undefined;
  },
} as never;
const one = note({ created_by: 'u1', text: WORDS, version: 1 });
const props = (now: NoteRead) =>
  ({
    room,
    selected: false,
    onselect: () => undefined,
    thread: { note: now, answers: [], earlier: null, mark: null },
  }) as never;
const box = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Words of note 1' });
const operations = () =>
  said.filter(({ event }) => event === 'client:text.op').map(({ payload }) => payload['op']);
const opens = () => said.filter(({ event }) => event === 'client:text.open').length;

function hear(event: string, payload: Record<string, unknown>): void {
  const message = { event, payload: { document: DOCUMENT, ...payload } };
  listener?.take(message as unknown as ServerMessage, 'u2');
}

function opened(over: Record<string, unknown> = {}): void {
  hear('server:text.document', {
    revision: 0,
    text: WORDS,
    ops: null,
    can_write: true,
    client: 'me',
    ...over,
  });
}

/** What a browser does: the letters stand there, and the caret behind them. */
async function type(value: string, caret: number): Promise<void> {
  box().value = value;
  box().setSelectionRange(caret, caret);
  await fireEvent.input(box());
}

async function shown(now: NoteRead) {
  const page = render(NoteThread, props(now));
  await vi.waitFor(() => {
    expect(listener).toBeDefined();
  });
  return page;
}

beforeEach(() => {
  said = [];
  listener = undefined;
  session.me = { id: 'u1' } as never;
  // what one test leaves unsent is no other's
  vi.spyOn(keptTexts, 'adopt').mockResolvedValue(null);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe('who may write a note', () => {
  async function edited() {
    const page = await shown(one);
    opened();
    await fireEvent.click(screen.getByRole('button', { name: 'Edit' }));
    return page;
  }

  it('writes it letter by letter, and keeps writing when somebody settles it', async () => {
    const page = await edited();
    expect(box().value).toBe(WORDS);
    await type(`Please: ${WORDS}`, 'Please: '.length);
    expect(operations()).toEqual([['Please: ']]);
    await page.rerender(props({ ...one, version: 2, resolved_at: '2026-01-01T00:00:00Z' }));
    expect(box().value).toBe(`Please: ${WORDS}`);
    await fireEvent.click(screen.getByRole('button', { name: 'Done' }));
    expect(screen.queryByRole('textbox', { name: 'Words of note 1' })).toBeNull();
    expect(screen.getByText('Please: - [ ] ears')).toBeDefined();
  });

  it('sees the letters of others between their own', async () => {
    await edited();
    hear('server:text.op', { revision: 0, op: [6, 'big '], id: 'theirs' });
    await vi.waitFor(() => {
      expect(box().value).toBe('- [ ] big ears\n- [ ] nose');
    });
  });

  it('calls somebody by a name that is offered', async () => {
    await edited();
    const words = `${WORDS}\n@bo`;
    await type(words, words.length);
    await fireEvent.keyDown(box(), { key: 'Enter' });
    expect(box().value).toBe(`${WORDS}\n@Bo `);
  });
});

describe('who only reads a note', () => {
  const theirs = { ...one, created_by: 'u2' };

  it('cannot open its field, and asks for the text only once somebody writes', async () => {
    await shown(theirs);
    expect(screen.queryByRole('button', { name: 'Edit' })).toBeNull();
    expect(opens()).toBe(0);
    hear('server:text.op', { revision: 4, op: ['Soon:\n'], id: 'theirs' });
    expect(opens()).toBe(1);
    opened({ revision: 5, text: `Soon:\n${WORDS}`, can_write: false });
    expect(await screen.findByText('Soon:')).toBeDefined();
    hear('server:text.op', { revision: 5, op: ['Very '], id: 'theirs-2' });
    expect(await screen.findByText('Very Soon:')).toBeDefined();
    expect(opens()).toBe(1);
  });

  it('ticks the line that is being written, by its words', async () => {
    await shown(theirs);
    hear('server:text.op', { revision: 0, op: ['- [ ] hair\n'], id: 'theirs' });
    opened({ revision: 1, text: `- [ ] hair\n${WORDS}` });
    const put = vi.spyOn(outbox, 'put').mockImplementation(() => ({}) as never);
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'hair' }));
    expect(put.mock.calls[0]?.[1]).toMatchObject({ kind: 'tick', line: 'hair', done: true });
  });

  it('may write where the author lets others in, and reads who did', async () => {
    await shown({ ...theirs, together: true, writers: ['u1'] });
    expect(opens()).toBe(1);
    expect(screen.getByRole('button', { name: 'Edit' })).toBeDefined();
    expect(screen.getByText('Bo, Ada')).toBeDefined();
  });
});
