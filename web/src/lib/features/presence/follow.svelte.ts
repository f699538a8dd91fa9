import type { Schemas } from '$lib/api/types';
import { announcer } from '$lib/state/announce.svelte';
import type { Room } from '$lib/state/room.svelte';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { leadsTo } from './place';

export type View = Schemas['View'];
export type PictureView = Schemas['PictureView'];
export type GridView = Schemas['GridView'];
export type OwnView = Omit<Schemas['ViewUpdate'], 'picture' | 'grid'> & {
  picture: PictureView | null;
  grid: GridView | null;
};

type Host = Pick<Room, 'live' | 'presence' | 'nameOf' | 'say'>;

const SHOW_MS = 100;
/** A reload or a short break of the network is no goodbye. */
const MISSED_MS = 5_000;

/** Seeing what somebody else sees; and being seen. */
export class Follow {
  /** What the person that we follow sees. */
  view = $state.raw<View | null>(null);
  /** Which part of the open picture we see; null: no picture is open. */
  picture = $state.raw<PictureView | null>(null);
  /** How we compare several pictures; null: none are compared. */
  grid = $state.raw<GridView | null>(null);
  /** Whether we have a reference beside the picture. */
  beside = $state(false);
  #room: Host;
  #own: OwnView | null = null;
  #shown = '';
  #timer: ReturnType<typeof setTimeout> | null = null;
  #missing: ReturnType<typeof setTimeout> | null = null;

  constructor(room: Host) {
    this.#room = room;
  }

  get userId(): string | null {
    return this.#room.live.following;
  }

  /** Those who see what we see. */
  followers = $derived.by(() =>
    this.#room.presence.filter(
      ({ following, user_id }) => following === session.me?.id && user_id !== following,
    ),
  );

  start(userId: string): void {
    const me = session.me?.id ?? '';
    const name = this.#room.nameOf(userId);
    if (leadsTo(this.#room.presence, userId, me)) {
      toasts.say(`${name} follows you already: you see the same.`);
      return;
    }
    this.view = null;
    this.#room.live.follow(userId);
    announcer.say(`You see what ${name} sees. Press Escape to stop.`);
  }

  /** Follows the next of those who are here; from the last one the first. */
  next(): void {
    const people = this.#room.presence.filter((person) => person.user_id !== session.me?.id);
    if (people.length === 0) {
      toasts.say('Nobody else is here.');
      return;
    }
    const at = people.findIndex((person) => person.user_id === this.userId);
    const next = people[(at + 1) % people.length];
    if (next) this.start(next.user_id);
  }

  stop(why?: string): void {
    if (!this.userId) return;
    const name = this.#room.nameOf(this.userId);
    this.#room.live.follow(null);
    this.view = null;
    if (why) toasts.say(why);
    else announcer.say(`You no longer follow ${name}.`);
  }

  take(view: View): void {
    if (view.user_id === this.userId) this.view = view;
  }

  refused(code: string): void {
    if (code === 'person_not_here' && this.userId)
      this.stop(`${this.#room.nameOf(this.userId)} is not here any more.`);
  }

  /** Looks who is still here; call whenever that changed. */
  check(): void {
    const { userId } = this;
    if (this.#missing) clearTimeout(this.#missing);
    this.#missing = null;
    if (!userId) return;
    const name = this.#room.nameOf(userId);
    const leader = this.#room.presence.find((person) => person.user_id === userId);
    if (!leader) {
      this.#missing = setTimeout(() => {
        this.stop(`${name} left.`);
      }, MISSED_MS);
      return;
    }
    // both clicked at the same moment: one of them leads, and both pages decide alike
    const me = session.me?.id ?? '';
    if (leader.following === me && me > userId) this.stop();
  }

  /** Tells those who follow what we see now. */
  show(view: OwnView): void {
    this.#own = view;
    if (this.followers.length === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#say();
    }, SHOW_MS);
  }

  /** Somebody began to follow: they know nothing yet. */
  showAgain(): void {
    this.#shown = '';
    if (this.#own) this.show(this.#own);
  }

  #say(): void {
    const text = JSON.stringify(this.#own);
    if (!this.#own || text === this.#shown || document.visibilityState !== 'visible') return;
    if (this.#room.say('client:view', { ...this.#own }, 'view')) this.#shown = text;
  }
}
