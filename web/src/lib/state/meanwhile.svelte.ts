/** What others did while this page had no connection, in a sentence. */
import { SYNC_ID, type Connection } from '$lib/api/socket';
import type { ServerMessage } from '$lib/api/types';
import { didText } from '$lib/features/decide/words';
import { count } from '$lib/format';
import { session } from './session.svelte';

/** A shorter break is nobody's business. */
const WORTH_MS = 3_000;
const MOST_PEOPLE = 3;
const MOST_NAMES = 2;

interface Done {
  changed: Set<string>;
  notes: number;
  pictures: Set<string>;
  /** What was done to which questions, by its words. */
  decisions: Map<string, Set<string>>;
  wentBack: Set<string>;
}

export class Meanwhile {
  /** What to tell; null when nothing is. */
  told = $state<string | null>(null);
  #nameOf: (userId: string | null) => string;
  #since: number | null = null;
  #people: Map<string | null, Done> | null = null;
  #now: () => number;

  constructor(nameOf: (userId: string | null) => string, now: () => number = Date.now) {
    this.#nameOf = nameOf;
    this.#now = now;
  }

  connection(state: Connection): void {
    if (state === 'waiting') this.#since ??= this.#now();
    else if (state === 'live') {
      const away = this.#since === null ? 0 : this.#now() - this.#since;
      this.#since = null;
      this.#people = away >= WORTH_MS ? new Map() : null;
    }
  }

  take(message: ServerMessage): void {
    if (!this.#people) return;
    if (message.event === 'server:full_sync') this.#end('A lot happened while you were away.');
    else if (message.event === 'server:ok' && message.id === SYNC_ID)
      this.#end(sentence(this.#people, this.#nameOf));
    else if (message.seq !== undefined && message.actor !== session.me?.id)
      this.#count(this.#people, message);
  }

  dismiss(): void {
    this.told = null;
  }

  #end(told: string | null): void {
    this.told = told;
    this.#people = null;
  }

  #count(people: Map<string | null, Done>, message: ServerMessage): void {
    const actor = message.actor ?? null;
    const done: Done = people.get(actor) ?? {
      changed: new Set(),
      notes: 0,
      pictures: new Set(),
      decisions: new Map(),
      wentBack: new Set(),
    };
    switch (message.event) {
      case 'server:character.updated':
        if (actor === null) return;
        done.changed.add(message.payload.data.name);
        break;
      case 'server:note.updated':
        done.notes += 1;
        break;
      case 'server:variation.updated':
        if (actor === null && message.payload.data.state !== 'succeeded') return;
        done.pictures.add(message.payload.variation_id);
        break;
      case 'server:version.restored':
        done.wentBack.add(`version ${message.payload.to}`);
        break;
      case 'server:decision.updated': {
        const { did, data } = message.payload;
        // a picture in it appeared or was measured
        if (!did && actor === null) return;
        const said = didText(did ?? null);
        const questions = done.decisions.get(said) ?? new Set<string>();
        done.decisions.set(said, questions.add(data.question));
        break;
      }
      default:
        return;
    }
    people.set(actor, done);
  }
}

function sentence(
  people: Map<string | null, Done>,
  nameOf: (userId: string | null) => string,
): string | null {
  if (people.size === 0) return null;
  const parts = [...people].slice(0, MOST_PEOPLE).map(([id, done]) => {
    const did: string[] = [];
    if (done.changed.size > 0) did.push(`changed ${names(done.changed)}`);
    if (done.notes > 0) did.push(`wrote or settled ${count(done.notes, 'note')}`);
    if (done.pictures.size > 0)
      did.push(`${id ? 'looked at' : 'finished'} ${count(done.pictures.size, 'picture')}`);
    if (done.wentBack.size > 0) did.push(`went back to ${names(done.wentBack)}`);
    for (const [said, questions] of done.decisions) did.push(`${said} ${names(questions)}`);
    return `${nameOf(id)} ${did.join(' and ')}`;
  });
  const more = people.size - parts.length;
  const others = more > 0 ? ` ${count(more, 'other')} did something, too.` : '';
  return `While you were away: ${parts.join('; ')}.${others}`;
}

function names(all: Set<string>): string {
  const shown = [...all].slice(0, MOST_NAMES);
  const more = all.size - shown.length;
  return shown.join(' and ') + (more > 0 ? ` and ${more} more` : '');
}
