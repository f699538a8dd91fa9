import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerMessage } from '$lib/api/types';
import { announcer } from './announce.svelte';
import type { TextListener } from './room.svelte';
import { SharedText } from './shared-text.svelte';

const DOCUMENT = 'character:c1:description';

interface Said {
  event: string;
  payload: Record<string, unknown>;
  id?: string;
}

let said: Said[];
let text: SharedText;

function hear(event: string, payload: Record<string, unknown>, id?: string): void {
  const message = { event, payload: { document: DOCUMENT, ...payload }, id };
  text.take(message as unknown as ServerMessage, 'u2');
}

function opened(over: Record<string, unknown> = {}): void {
  hear('server:text.document', {
    revision: 3,
    text: 'A tall smuggler.',
    ops: null,
    can_write: true,
    client: 'me',
    ...over,
  });
}

const cursor = (over: Record<string, unknown> = {}) => ({
  client: 'bo',
  user_id: 'u2',
  name: 'Bo',
  colour: '#fff',
  revision: 3,
  anchor: 2,
  head: 6,
  ...over,
});

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  text = new SharedText(
    {
      say: (event, payload, id) => said.push({ event, payload, ...(id && { id }) }) > 0,
      listen: () => () => undefined,
      nameOf: () => 'Bo',
    },
    DOCUMENT,
    'Description',
    'A tall smuggler.',
  );
  text.connected();
});

afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

describe('SharedText', () => {
  it('asks for the text first, and for what it missed after that', () => {
    expect(said[0]).toMatchObject({ event: 'client:text.open', payload: { document: DOCUMENT } });
    opened();
    text.disconnected();
    text.connected();
    expect(said[1]?.payload).toEqual({ document: DOCUMENT, revision: 3 });
  });

  it('opens later where too many are opened at once, and only what was refused', () => {
    const refusal = { status: 429, code: 'too_many_changes' };
    hear('server:error', refusal, 'open note:n1:text');
    vi.runAllTimers();
    expect(said).toHaveLength(1);
    hear('server:error', refusal, said[0]?.id);
    expect(said).toHaveLength(1);
    vi.runAllTimers();
    expect(said).toHaveLength(2);
    expect(said[1]).toEqual(said[0]);
    opened();
    expect(text.loaded).toBe(true);
  });

  it('does not ask again for a text that is gone', () => {
    hear('server:error', { status: 404, code: 'note_not_found' }, said[0]?.id);
    vi.runAllTimers();
    expect(said).toHaveLength(1);
  });

  it('does not ask over a line that broke meanwhile', () => {
    hear('server:error', { status: 429, code: 'too_many_changes' }, said[0]?.id);
    text.disconnected();
    vi.runAllTimers();
    expect(said).toHaveLength(1);
  });

  it('says what is not saved yet', () => {
    opened();
    text.edit(['So: '], false);
    expect([text.text, text.pending]).toEqual(['So: A tall smuggler.', true]);
    const { id } = said[1]?.payload as { id: string };
    hear('server:text.ack', { id, revision: 3 });
    expect(text.pending).toBe(false);
  });

  it('lets a viewer read only', () => {
    opened({ can_write: false });
    expect(text.canWrite).toBe(false);
  });

  it("moves others' cursors with the text, and drops those that leave", () => {
    opened();
    hear('server:text.cursor', cursor());
    text.edit(['So: '], false);
    expect(text.cursors.get('bo')?.selection).toEqual([6, 10]);
    hear('server:text.cursor', cursor({ anchor: null, head: null }));
    expect(text.cursors.size).toBe(0);
  });

  it('shows a cursor that overtook the change it stands behind', () => {
    opened();
    hear('server:text.cursor', cursor({ revision: 4, anchor: 7, head: 7 }));
    expect(text.cursors.size).toBe(0);
    hear('server:text.op', { revision: 3, op: ['Oh: '], id: 'theirs-1' });
    expect(text.cursors.get('bo')?.selection).toEqual([7, 7]);
  });

  it('shows where others stood while ours was on its way', () => {
    opened();
    text.edit(['So: '], false);
    const { id } = said[1]?.payload as { id: string };
    hear('server:text.cursor', cursor({ revision: 4, anchor: 9, head: 9 }));
    hear('server:text.ack', { id, revision: 3 });
    expect(text.cursors.get('bo')?.selection).toEqual([9, 9]);
    // and one of before is not put where it does not belong
    hear('server:text.cursor', cursor({ client: 'cy', revision: 3 }));
    expect(text.cursors.has('cy')).toBe(false);
  });

  it('tells who comes later where we stand', () => {
    opened();
    text.met();
    text.select([2, 2]);
    vi.runAllTimers();
    text.met();
    const told = said.filter(({ event }) => event === 'client:text.cursor');
    expect(told.map(({ payload }) => payload['head'])).toEqual([2, 2]);
  });

  it('does not show us our own cursor', () => {
    opened();
    hear('server:text.cursor', cursor({ client: 'me' }));
    expect(text.cursors.size).toBe(0);
  });

  it('tells a screen reader once that somebody writes', () => {
    opened();
    announcer.text = '';
    hear('server:text.op', { revision: 3, op: ['x'], id: 'theirs-1' });
    expect(announcer.text).toBe('Bo is changing the description.');
    announcer.text = '';
    hear('server:text.op', { revision: 4, op: ['y'], id: 'theirs-2' });
    expect([announcer.text, text.text]).toEqual(['', 'yxA tall smuggler.']);
  });

  it('keeps for copying what the server will not take', () => {
    opened();
    text.edit(['too long '], false);
    const { id } = said[1]?.payload as { id: string };
    hear('server:error', { status: 413, code: 'text_too_long', detail: 'Too long.' }, id);
    expect([text.text, text.lost]).toEqual(['A tall smuggler.', 'too long A tall smuggler.']);
    expect(text.problem?.message).toBe('Too long.');
    text.forget();
    expect(text.lost).toBeNull();
  });

  it("does not mind errors over others' messages", () => {
    opened();
    text.edit(['x'], false);
    hear('server:error', { status: 413, code: 'text_too_long' }, 'another');
    expect([text.pending, text.problem]).toEqual([true, null]);
  });

  it('waits with opening until somebody writes, where most only read', async () => {
    let listening = false;
    const host = {
      say: (event: string, payload: Record<string, unknown>) => said.push({ event, payload }) > 0,
      listen: (_: string, listener: TextListener) => {
        listening = true;
        listener.connected();
        return () => undefined;
      },
      nameOf: () => 'Bo',
    };
    const name = 'note:n1:text';
    const note = new SharedText(host, name, 'Note 1', 'Ears', { wait: true });
    const asked = () => said.filter(({ payload }) => payload['document'] === name).length;
    const take = (event: string, payload: Record<string, unknown>) => {
      note.take({ event, payload } as unknown as ServerMessage, 'u2');
    };
    const stop = note.start();
    await vi.waitFor(() => {
      expect(listening).toBe(true);
    });
    expect(asked()).toBe(0);
    take('server:text.op', { revision: 2, op: ['x'], id: 'theirs' });
    expect(asked()).toBe(1);
    take('server:text.document', {
      revision: 3,
      text: 'xEars',
      ops: null,
      can_write: false,
      client: 'me',
    });
    expect(note.text).toBe('xEars');
    stop();
  });

  it('hears what becomes of its last words after nobody shows it any more', async () => {
    let listening = 0;
    const host = {
      say: (event: string, payload: Record<string, unknown>) => said.push({ event, payload }) > 0,
      listen: (_: string, listener: TextListener) => {
        listening += 1;
        listener.connected();
        return () => (listening -= 1);
      },
      nameOf: () => 'Bo',
    };
    text = new SharedText(host, DOCUMENT, 'Note 1', 'Ears');
    const lost: string[] = [];
    text.onLost = (words) => lost.push(words);
    const stop = text.start();
    await vi.waitFor(() => {
      expect(listening).toBe(1);
    });
    opened({ text: 'Ears' });
    text.edit(['Last '], false);
    stop();
    expect(listening).toBe(1);
    const { id } = said.at(-1)?.payload as { id: string };
    hear('server:error', { status: 404, code: 'note_not_found', detail: 'Removed.' }, id);
    expect([lost, listening]).toEqual([['Last Ears'], 0]);
  });
});
