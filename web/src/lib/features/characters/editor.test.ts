import { beforeEach, describe, expect, it, vi } from 'vitest';
import { character } from '../../../../tests/unit/records';
import type { CharacterChange } from '../../api/calls';
import { Problem } from '../../api/problem';
import type { CharacterRead } from '../../api/types';
import { Collection } from '../../state/collection.svelte';
import { CharacterEditor } from './editor.svelte';

/** A server with one character that refuses stale versions, as the real one does. */
class Server {
  record = character();
  calls = 0;

  update = (_id: string, version: number, change: CharacterChange): Promise<CharacterRead> => {
    this.calls += 1;
    if (version !== this.record.version) {
      return Promise.reject(
        new Problem(409, { code: 'stale_version', detail: 'Changed.', current: this.record }),
      );
    }
    this.record = { ...this.record, ...change, version: version + 1 };
    return Promise.resolve(this.record);
  };

  somebodyElse(change: CharacterChange): void {
    this.record = {
      ...this.record,
      ...change,
      version: this.record.version + 1,
      updated_by: 'u2',
    };
  }
}

let server: Server;
let characters: Collection<CharacterRead>;
let editor: CharacterEditor;
const shown = () => characters.get('c1');

beforeEach(() => {
  server = new Server();
  characters = new Collection<CharacterRead>();
  characters.upsert(server.record);
  editor = new CharacterEditor({ characters }, 'c1', server.update);
});

describe('CharacterEditor', () => {
  it('shows the change before the server answers', async () => {
    const saving = editor.save('name', 'Marie');
    await Promise.resolve();
    expect(shown()?.name).toBe('Marie');
    expect(editor.saving.get('name')).toBe(true);
    await saving;
    expect(shown()?.version).toBe(2);
    expect(editor.saving.get('name')).toBeUndefined();
  });

  it('saves two fields in a row without a conflict with itself', async () => {
    await Promise.all([editor.save('name', 'Marie'), editor.save('tags', ['crew'])]);
    expect(server.record).toMatchObject({ name: 'Marie', tags: ['crew'], version: 3 });
    expect(editor.conflicts.size).toBe(0);
  });

  it('sends nothing when nothing changed', async () => {
    await editor.save('tags', []);
    expect(server.calls).toBe(0);
  });

  it('merges when somebody changed another field', async () => {
    server.somebodyElse({ description: 'Keeps the lighthouse' });
    await editor.save('name', 'Marie');
    expect(server.record).toMatchObject({ name: 'Marie', description: 'Keeps the lighthouse' });
    expect(shown()).toEqual(server.record);
    expect(editor.conflicts.size).toBe(0);
  });

  describe('when somebody changed the same field', () => {
    beforeEach(async () => {
      server.somebodyElse({ name: 'Theirs' });
      await editor.save('name', 'Mine');
    });

    it('shows theirs and asks', () => {
      expect(shown()?.name).toBe('Theirs');
      expect(editor.conflicts.get('name')).toMatchObject({
        mine: { name: 'Mine' },
        theirs: { name: 'Theirs', updated_by: 'u2' },
      });
    });

    it('keeps theirs', () => {
      editor.keepTheirs('name');
      expect(editor.conflicts.size).toBe(0);
      expect(server.record.name).toBe('Theirs');
    });

    it('or takes mine', async () => {
      await editor.useMine('name');
      expect(server.record.name).toBe('Mine');
      expect(shown()?.name).toBe('Mine');
    });
  });

  it('asks when an event replaced the text that somebody is writing over', async () => {
    server.somebodyElse({ name: 'Theirs' });
    characters.upsert(server.record);
    await editor.save('name', 'Mine', 'Mara');
    expect(server.calls).toBe(0);
    expect(editor.conflicts.get('name')).toMatchObject({ mine: { name: 'Mine' } });
    await editor.useMine('name');
    expect(server.record.name).toBe('Mine');
  });

  it('takes the change back when the server refuses, and keeps the sentence', async () => {
    editor = new CharacterEditor(
      { characters },
      'c1',
      vi.fn().mockRejectedValue(new Problem(409, { code: 'trigger_word_taken', detail: 'Taken.' })),
    );
    await editor.save('trigger_word', 'other');
    expect(shown()?.trigger_word).toBe('mara');
    expect(editor.problems.get('trigger_word')?.message).toBe('Taken.');
  });
});
