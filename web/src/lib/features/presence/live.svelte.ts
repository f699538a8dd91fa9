import { newId } from '$lib/ids';
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { NoteMark, PersonHere, Schemas } from '$lib/api/types';
import type { Room } from '$lib/state/room.svelte';
import { session } from '$lib/state/session.svelte';
import { placeOf, type Where } from './place';
import { joined, pieceOf, pointsOf, rounded, type Line, type Spot } from './stroke';

/** What somebody else does at the place where we are. */
export interface Other {
  userId: string;
  client: string;
  at: Spot | null;
  /** Among several pictures: the one that `at` lies on. */
  on: string | null;
  selected: string | null;
  line: Line | null;
}

type Host = Pick<Room, 'say' | 'greet' | 'presence'>;

/** Of a larger crowd the server names only so many. */
const MOST_NAMED = 100;

/** So often at most: a hand moves on between, and the page draws the way. */
const TELL_MS = 50;
/** Walking through pictures fast, nobody needs to hear of each. */
const MOVE_MS = 120;

/** Where we are and what we do there, told to whoever is there, too; and the same of them. */
export class Live {
  /** By user id: of somebody with two windows the one that was used last counts. */
  readonly others = new SvelteMap<string, Other>();
  /** Whom we follow. */
  following = $state<string | null>(null);
  where = $state.raw<Where>({
    page: 'other',
    character_id: null,
    variation_id: null,
    decision_id: null,
  });
  #host: Host;
  #at: Spot | null = null;
  #on: string | null = null;
  #selected: string | null = null;
  #line: Line | null = null;
  #told: Line | null = null;
  #changed = new Set<'at' | 'selected' | 'stroke'>();
  #moving: ReturnType<typeof setTimeout> | null = null;
  #telling: ReturnType<typeof setTimeout> | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Those at the place where we are, without ourselves. */
  company = $derived.by<readonly PersonHere[]>(() => {
    const place = placeOf(this.where);
    if (!place) return [];
    return this.#host.presence.filter(
      (person) => person.user_id !== session.me?.id && placeOf(person) === place,
    );
  });

  /** Those who have selected something: a character, a picture, a note. */
  selecting(id: string): Other[] {
    return [...this.others.values()].filter((other) => other.selected === id);
  }

  /** The page is about a character, or about none. */
  about(characterId: string | null): void {
    this.#go({ ...untrack(() => this.where), character_id: characterId });
  }

  /** The address says which page it is, and which picture is open. */
  open(page: Omit<Where, 'character_id'>): void {
    this.#go({ ...page, character_id: untrack(() => this.where.character_id) });
  }

  follow(userId: string | null): void {
    this.following = userId;
    this.#moveSoon();
  }

  /** Where we point; among several pictures, on which of them. */
  point(at: readonly number[] | null, on: string | null = null): void {
    const next = at && rounded(at);
    const same = next?.[0] === this.#at?.[0] && next?.[1] === this.#at?.[1] && on === this.#on;
    if (same) return;
    this.#at = next;
    this.#on = next && on;
    this.#tellSoon('at');
  }

  select(id: string | null): void {
    if (id === this.#selected) return;
    this.#selected = id;
    this.#tellSoon('selected');
  }

  /** Shows a mark that is being drawn; null when it was saved or taken back. */
  draw(mark: NoteMark | null): void {
    if (!mark && !this.#line) return;
    this.#line = mark && {
      id: this.#line?.id ?? newId(),
      kind: mark.kind,
      points: pointsOf(mark),
    };
    this.#tellSoon('stroke');
  }

  /** The connection stands again: the server knows nothing of us yet. */
  connected(): void {
    this.others.clear();
    this.#sayAll();
  }

  /** Without a connection nobody is seen where they no longer are. */
  disconnected(): void {
    this.others.clear();
  }

  /** Says what we do to somebody who came; alone, nothing is sent at all. */
  met(): void {
    if (this.#changed.size > 0) this.#schedule();
  }

  /** Somebody left the project: what they showed goes, too, should the news of it be lost. */
  keepOnly(people: readonly PersonHere[]): void {
    const here = new Set(people.map((person) => person.user_id));
    for (const userId of this.others.keys()) if (!here.has(userId)) this.others.delete(userId);
  }

  take({ place, people }: Schemas['Live']): void {
    if (place !== placeOf(this.where)) return;
    for (const news of people) {
      if (news.user_id === session.me?.id) continue;
      const known = this.others.get(news.user_id);
      if (news.gone) {
        if (known?.client === news.client) this.others.delete(news.user_id);
        continue;
      }
      const before = known?.client === news.client ? known : null;
      this.others.set(news.user_id, {
        userId: news.user_id,
        client: news.client,
        at: news.at === undefined ? (before?.at ?? null) : news.at && rounded(news.at),
        on: news.at === undefined ? (before?.on ?? null) : (news.on ?? null),
        selected: news.selected === undefined ? (before?.selected ?? null) : news.selected,
        line: lineAfter(before?.line ?? null, news.stroke),
      });
    }
  }

  #go(where: Where): void {
    const before = untrack(() => this.where);
    const same = placeOf(where) === placeOf(before);
    if (same && where.page === before.page && where.character_id === before.character_id) return;
    this.where = where;
    if (!same) {
      this.others.clear();
      this.#at = this.#on = this.#selected = this.#line = null;
      this.#changed.clear();
    }
    this.#moveSoon();
  }

  #moveSoon(): void {
    this.#moving ??= setTimeout(() => {
      this.#moving = null;
      this.#move();
    }, MOVE_MS);
    this.#host.greet([untrack(() => this.#presence())]);
  }

  #move(): void {
    const { event, payload } = this.#presence();
    this.#host.say(event, payload, 'presence');
    this.#sayAll();
  }

  #presence(): { event: string; payload: Record<string, unknown> } {
    return { event: 'client:presence', payload: { ...this.where, following: this.following } };
  }

  /** At a new place nobody knows anything of us, and what there is goes out anew. */
  #sayAll(): void {
    this.#told = null;
    if (this.#at) this.#changed.add('at');
    if (this.#selected) this.#changed.add('selected');
    if (this.#line) this.#changed.add('stroke');
    this.met();
  }

  #tellSoon(what: 'at' | 'selected' | 'stroke'): void {
    this.#changed.add(what);
    this.#schedule();
  }

  #schedule(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = null;
      this.#tell();
    }, TELL_MS);
  }

  #tell(): void {
    // first where we are, then what we do there
    const alone = this.company.length === 0 && this.#host.presence.length < MOST_NAMED;
    if (alone || this.#moving || this.#changed.size === 0) return;
    const news: Record<string, unknown> = {};
    if (this.#changed.has('at')) {
      news['at'] = this.#at;
      if (this.#on) news['on'] = this.#on;
    }
    if (this.#changed.has('selected')) news['selected'] = this.#selected;
    if (this.#changed.has('stroke')) news['stroke'] = this.#line && pieceOf(this.#line, this.#told);
    if (!this.#host.say('client:live', news, 'live')) return;
    if (this.#changed.has('stroke')) this.#told = this.#line;
    this.#changed.clear();
  }
}

function lineAfter(line: Line | null, piece: Schemas['Stroke'] | null | undefined): Line | null {
  if (piece === undefined) return line;
  return piece && joined(line, piece);
}
