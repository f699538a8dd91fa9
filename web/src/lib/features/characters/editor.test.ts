import { beforeEach, describe, expect, it } from 'vitest';
import { character } from '../../../../tests/unit/records';
import { Problem } from '../../api/problem';
import type { CharacterRead } from '../../api/types';
import type { Change } from '../../offline/changes';
import { Outbox, type Host } from '../../offline/outbox.svelte';
import type { Send } from '../../offline/send';
import { MemoryStore } from '../../offline/store';
import { Collection } from '../../state/collection.svelte';
import { Contests } from '../../state/contests.svelte';
import { session } from '../../state/session.svelte';
import { CharacterEditor } from './editor.svelte';

/** A server with one character that judges a field by what was seen, as the real one does. */
class Server {
  record = character();
  calls = 0;
  refusal: Problem | null = null;

  send: Send = ({ what }: Change) => {
    this.calls += 1;
    if (this.refusal) return Promise.reject(this.refusal);
    if (what.kind !== 'field') throw new Error('not a field');
    const now = this.record[what.field];
    const isSeen = [what.seen, what.value].some(
      (one) => JSON.stringify(one) === JSON.stringify(now),
    );
    if (!isSeen) {
      const conflict = {
        field: what.field,
        value: what.value,
        current: now,
        changed_by: 'u2',
        changed_at: null,
      };
      const body = { code: 'field_conflict', current: this.record, conflicts: [conflict] };
      return Promise.reject(new Problem(409, body as never));
    }
    this.change({ [what.field]: what.value });
    return Promise.resolve({ noun: 'character', record: this.record } as const);
  };

  change(change: Partial<CharacterRead>): void {
    this.record = { ...this.record, ...change, version: this.record.version + 1 };
  }
}

let server: Server;
let outbox: Outbox;
let told: Collection<CharacterRead>;
let contests: Contests;
let editor: CharacterEditor;

beforeEach(async () => {
  session.me = { id: 'u1' } as never;
  server = new Server();
  outbox = new Outbox({ store: new MemoryStore(), send: server.send, channel: null });
  told = new Collection<CharacterRead>({
    over: (record) =>
      outbox.waiting.reduce(
        (shown, { what }) =>
          what.kind === 'field' ? { ...shown, [what.field]: what.value } : shown,
        record,
      ),
    more: () => [],
  });
  told.upsert(server.record);
  contests = new Contests();
  const room: Host & { characters: typeof told; contests: Contests } = {
    projectId: 'p1',
    characters: told,
    contests,
    sending: () => (landed) => {
      if (landed.noun === 'character') told.upsert(landed.record);
    },
  };
  outbox.join(room);
  await outbox.open('u1');
  editor = new CharacterEditor(room, 'c1', outbox);
});

const shown = () => told.get('c1');

describe('CharacterEditor', () => {
  it('shows the change before the server answers', async () => {
    editor.save('name', 'Marie');
    expect(shown()?.name).toBe('Marie');
    expect(told.told('c1')?.name).toBe('Mara');
    expect(editor.saving.get('name')).toBe(true);
    await outbox.settled();
    expect(told.told('c1')).toEqual(server.record);
    expect(editor.saving.get('name')).toBe(false);
  });

  it('saves two fields in a row without a conflict with itself', async () => {
    editor.save('name', 'Marie');
    editor.save('tags', ['crew']);
    await outbox.settled();
    expect(server.record).toMatchObject({ name: 'Marie', tags: ['crew'], version: 3 });
  });

  it('sends nothing when nothing changed', async () => {
    editor.save('tags', []);
    await outbox.settled();
    expect(server.calls).toBe(0);
  });

  it('merges when somebody changed another field', async () => {
    server.change({ licence: 'Hers' });
    editor.save('name', 'Marie');
    await outbox.settled();
    expect(server.record).toMatchObject({ name: 'Marie', licence: 'Hers' });
    expect(shown()).toEqual(server.record);
  });

  describe('when somebody changed the same field', () => {
    beforeEach(async () => {
      server.change({ name: 'Theirs' });
      editor.save('name', 'Mine');
      await outbox.settled();
    });

    it('shows theirs and asks', () => {
      expect(shown()?.name).toBe('Theirs');
      expect(editor.conflict('name')).toMatchObject({ mine: 'Mine', theirs: 'Theirs', by: 'u2' });
    });

    it('keeps theirs', () => {
      editor.conflict('name')?.keepTheirs();
      expect(editor.conflict('name')).toBeNull();
      expect(server.record.name).toBe('Theirs');
    });

    it('or takes mine', async () => {
      editor.conflict('name')?.useMine();
      await outbox.settled();
      expect(server.record.name).toBe('Mine');
      expect(editor.conflict('name')).toBeNull();
    });

    it('or something new, which is an answer, too', async () => {
      editor.save('name', 'Both', 'Theirs');
      await outbox.settled();
      expect(server.record.name).toBe('Both');
      expect(editor.conflict('name')).toBeNull();
    });
  });

  describe('when we were faster', () => {
    beforeEach(() => {
      server.change({ name: 'Mine' });
      told.upsert(server.record);
      const conflict = {
        field: 'name',
        value: 'Theirs',
        current: 'Mine',
        changed_by: 'u1',
        changed_at: null,
      };
      contests.take({ character_id: 'c1', version: 2, conflict }, 'u2');
    });

    it('asks us, too', () => {
      expect(editor.conflict('name')).toMatchObject({ mine: 'Mine', theirs: 'Theirs', by: 'u2' });
    });

    it('takes theirs by one click', async () => {
      editor.conflict('name')?.keepTheirs();
      await outbox.settled();
      expect(server.record.name).toBe('Theirs');
      expect(editor.conflict('name')).toBeNull();
    });

    it('stops asking when the other one chose', () => {
      contests.changed({ ...server.record, name: 'Theirs' });
      expect(editor.conflict('name')).toBeNull();
    });
  });

  it('asks when an event replaced the text that somebody is writing over', async () => {
    server.change({ name: 'Theirs' });
    told.upsert(server.record);
    editor.save('name', 'Mine', 'Mara');
    await outbox.settled();
    expect(editor.conflict('name')).toMatchObject({ mine: 'Mine', theirs: 'Theirs' });
  });

  it('takes the change back when the server refuses, and keeps words and sentence', async () => {
    server.refusal = new Problem(409, { code: 'trigger_word_taken', detail: 'Taken.' });
    editor.save('trigger_word', 'other');
    await outbox.settled();
    expect(shown()?.trigger_word).toBe('mara');
    expect(editor.problems.get('trigger_word')?.message).toBe('Taken.');
    expect(outbox.stuck[0]?.what).toMatchObject({ value: 'other' });
  });
});
