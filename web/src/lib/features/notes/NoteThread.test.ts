import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { NoteRead } from '$lib/api/types';
import { outbox } from '$lib/offline/outbox.svelte';
import { session } from '$lib/state/session.svelte';
import { note } from '../../../../tests/unit/records';
import NoteThread from './NoteThread.svelte';

const room = {
  canReview: true,
  isOwner: true,
  projectId: 'p1',
  nameOf: () => 'Ada',
  colourOf: () => '#fff',
  live: { selecting: () => [] },
  members: { all: () => [] },
} as never;
const one = note({ created_by: 'u1', text: '- [ ] ears\n- [ ] nose', version: 1 });
const props = (now: NoteRead) =>
  ({
    room,
    selected: false,
    onselect: () => undefined,
    thread: { note: now, answers: [], earlier: null, mark: null },
  }) as never;
const box = () => screen.getByRole<HTMLTextAreaElement>('textbox');

beforeEach(() => {
  session.me = { id: 'u1' } as never;
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

async function edited(words: string) {
  const shown = render(NoteThread, props(one));
  await fireEvent.click(screen.getByRole('button', { name: 'Edit' }));
  expect(box().value).toBe(one.text);
  await fireEvent.input(box(), { target: { value: words } });
  return shown;
}

async function saved(): Promise<unknown> {
  const put = vi.spyOn(outbox, 'put').mockImplementation(() => ({}) as never);
  await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  return put.mock.calls[0]?.[1];
}

it('keeps what is being written when somebody settles the note, and saves it', async () => {
  const shown = await edited('twenty minutes of typing');
  await shown.rerender(props({ ...one, version: 2, resolved_at: '2026-01-01T00:00:00Z' }));
  expect(box().value).toBe('twenty minutes of typing');
  expect(await saved()).toMatchObject({
    kind: 'words',
    change: { version: 2, text: 'twenty minutes of typing' },
  });
  expect(screen.queryByRole('textbox')).toBeNull();
});

it('says on which words ours were written when somebody ticked a line meanwhile', async () => {
  const shown = await edited('mine');
  await shown.rerender(props({ ...one, version: 2, text: '- [x] ears\n- [ ] nose' }));
  expect(box().value).toBe('mine');
  // of an older version: the server asks which of the two it is to be
  expect(await saved()).toMatchObject({ change: { version: 1, text: 'mine' } });
});
