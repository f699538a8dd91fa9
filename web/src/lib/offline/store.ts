/**
 * Keeps unsent work in the browser's database, by person. Where there is none (some private
 * windows), it is kept for as long as the page lives.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { KeptText } from '$lib/text/client';
import type { Change } from './changes';

/** Unsent words of one shared text, in one open page. */
export interface StoredText {
  userId: string;
  document: string;
  pageId: string;
  at: number;
  kept: KeptText;
}

interface Tables extends DBSchema {
  changes: { key: string; value: Change; indexes: { userId: string } };
  texts: {
    key: [string, string, string];
    value: StoredText;
    indexes: { userId: string };
  };
}

export interface Store {
  changes(userId: string): Promise<Change[]>;
  putChange(change: Change): Promise<void>;
  removeChange(id: string): Promise<void>;
  texts(userId: string): Promise<StoredText[]>;
  putText(text: StoredText): Promise<void>;
  removeText(text: Pick<StoredText, 'userId' | 'document' | 'pageId'>): Promise<void>;
}

const NAME = 'onmodel';

export class BrowserStore implements Store {
  #database: Promise<IDBPDatabase<Tables>>;

  constructor(name = NAME) {
    this.#database = openDB<Tables>(name, 1, {
      upgrade(database) {
        database.createObjectStore('changes', { keyPath: 'id' }).createIndex('userId', 'userId');
        database
          .createObjectStore('texts', { keyPath: ['userId', 'document', 'pageId'] })
          .createIndex('userId', 'userId');
      },
    });
  }

  async changes(userId: string): Promise<Change[]> {
    const found = await (await this.#database).getAllFromIndex('changes', 'userId', userId);
    return found.sort((one, other) => one.at - other.at);
  }

  async putChange(change: Change): Promise<void> {
    await (await this.#database).put('changes', change);
  }

  async removeChange(id: string): Promise<void> {
    await (await this.#database).delete('changes', id);
  }

  async texts(userId: string): Promise<StoredText[]> {
    return (await this.#database).getAllFromIndex('texts', 'userId', userId);
  }

  async putText(text: StoredText): Promise<void> {
    await (await this.#database).put('texts', text);
  }

  async removeText({ userId, document, pageId }: StoredText): Promise<void> {
    await (await this.#database).delete('texts', [userId, document, pageId]);
  }
}

export class MemoryStore implements Store {
  #changes = new Map<string, Change>();
  #texts = new Map<string, StoredText>();

  changes(userId: string): Promise<Change[]> {
    const mine = [...this.#changes.values()].filter((one) => one.userId === userId);
    return Promise.resolve(mine.sort((one, other) => one.at - other.at));
  }

  putChange(change: Change): Promise<void> {
    this.#changes.set(change.id, change);
    return Promise.resolve();
  }

  removeChange(id: string): Promise<void> {
    this.#changes.delete(id);
    return Promise.resolve();
  }

  texts(userId: string): Promise<StoredText[]> {
    return Promise.resolve([...this.#texts.values()].filter((one) => one.userId === userId));
  }

  putText(text: StoredText): Promise<void> {
    this.#texts.set(nameOf(text), text);
    return Promise.resolve();
  }

  removeText(text: Pick<StoredText, 'userId' | 'document' | 'pageId'>): Promise<void> {
    this.#texts.delete(nameOf(text));
    return Promise.resolve();
  }
}

function nameOf({ userId, document, pageId }: Pick<StoredText, 'userId' | 'document' | 'pageId'>) {
  return JSON.stringify([userId, document, pageId]);
}

export const store: Store =
  typeof indexedDB === 'undefined' ? new MemoryStore() : new BrowserStore();
