import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PersonHere } from '$lib/api/types';
import { session } from '$lib/state/session.svelte';
import { Follow } from './follow.svelte';
import { Live } from './live.svelte';

type Said = [event: string, payload: Record<string, unknown>];

const person = (user_id: string, over: Partial<PersonHere> = {}): PersonHere => ({
  user_id,
  name: user_id,
  colour: '#888888',
  page: 'picture',
  character_id: 'c',
  variation_id: 'v',
  following: null,
  ...over,
});

class Host {
  said: Said[] = [];
  presence = $state.raw<PersonHere[]>([person('me'), person('nora')]);
  connected = true;
  live = new Live(this);
  say = (event: string, payload: Record<string, unknown>): boolean => {
    if (this.connected) this.said.push([event, payload]);
    return this.connected;
  };
  greet = vi.fn();
  nameOf = (id: string | null): string => id ?? '';

  at(variation_id: string | null): void {
    this.live.about('c');
    this.live.open({ page: variation_id ? 'picture' : 'character', variation_id });
    vi.advanceTimersByTime(500);
  }

  took(event: string): Record<string, unknown>[] {
    vi.advanceTimersByTime(500);
    return this.said.filter(([name]) => name === event).map(([, payload]) => payload);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  session.me = { id: 'me' } as never;
});
afterEach(() => {
  vi.useRealTimers();
  session.me = null;
});

describe('Live', () => {
  it('says where we are once, however many steps lead there', () => {
    const host = new Host();
    host.live.about('c');
    for (const picture of ['1', '2', 'v'])
      host.live.open({ page: 'picture', variation_id: picture });
    expect(host.took('client:presence')).toEqual([
      { page: 'picture', character_id: 'c', variation_id: 'v', following: null },
    ]);
  });

  it('sends many moves of a hand as one', () => {
    const host = new Host();
    host.at('v');
    for (let step = 0; step < 50; step += 1) host.live.point([step / 100, 0.123456]);
    expect(host.took('client:live')).toEqual([{ at: [0.49, 0.1235] }]);
  });

  it('says among several pictures on which of them we point', () => {
    const host = new Host();
    const decision = { page: 'decision' as const, variation_id: null, decision_id: 'd' };
    host.presence = [person('me'), person('nora', decision)];
    host.live.open(decision);
    host.live.point([0.5, 0.5], 'a');
    expect(host.took('client:live')).toEqual([{ at: [0.5, 0.5], on: 'a' }]);
    host.live.point([0.5, 0.5], 'b');
    expect(host.took('client:live').at(-1)).toEqual({ at: [0.5, 0.5], on: 'b' });
    host.live.point(null);
    expect(host.took('client:live').at(-1)).toEqual({ at: null });
    const of = { user_id: 'nora', client: '1' };
    host.live.take({
      place: 'decision:d',
      people: [{ ...of, at: [0.1, 0.2], on: 'a', gone: false }],
    });
    host.live.take({ place: 'decision:d', people: [{ ...of, selected: 'a', gone: false }] });
    expect(host.live.others.get('nora')).toMatchObject({ at: [0.1, 0.2], on: 'a', selected: 'a' });
    host.live.take({ place: 'decision:d', people: [{ ...of, at: null, gone: false }] });
    expect(host.live.others.get('nora')).toMatchObject({ at: null, on: null });
  });

  it('sends nothing while nobody else is there, and everything when somebody comes', () => {
    const host = new Host();
    host.presence = [person('me'), person('nora', { variation_id: 'elsewhere' })];
    host.at('v');
    host.live.point([0.5, 0.5]);
    host.live.draw({ kind: 'box', start: [0, 0], end: [0.1, 0.1] });
    expect(host.took('client:live')).toEqual([]);
    host.presence = [person('me'), person('nora')];
    host.live.met();
    expect(host.took('client:live')).toEqual([
      { at: [0.5, 0.5], stroke: expect.objectContaining({ keep: 0 }) as unknown },
    ]);
  });

  it('tells a growing line in pieces, and its end', () => {
    const host = new Host();
    host.at('v');
    host.live.draw({ kind: 'freehand', points: [[0, 0], [0.1, 0]] }); // prettier-ignore
    vi.advanceTimersByTime(60);
    host.live.draw({ kind: 'freehand', points: [[0, 0], [0.1, 0], [0.2, 0]] }); // prettier-ignore
    vi.advanceTimersByTime(60);
    host.live.draw(null);
    const strokes = host.took('client:live').map(({ stroke }) => stroke as { keep: number } | null);
    expect(strokes.map((stroke) => stroke && stroke.keep)).toEqual([0, 2, null]);
  });

  it('tells everything again after a lost connection', () => {
    const host = new Host();
    host.at('v');
    host.live.point([0.5, 0.5]);
    host.live.draw({ kind: 'freehand', points: [[0, 0], [0.1, 0]] }); // prettier-ignore
    vi.advanceTimersByTime(60);
    host.said = [];
    host.live.connected();
    expect(host.took('client:live')).toEqual([
      { at: [0.5, 0.5], stroke: expect.objectContaining({ keep: 0 }) as unknown },
    ]);
  });

  it('keeps what it could not say', () => {
    const host = new Host();
    host.at('v');
    host.connected = false;
    host.live.point([0.5, 0.5]);
    expect(host.took('client:live')).toEqual([]);
    host.connected = true;
    host.live.met();
    expect(host.took('client:live')).toEqual([{ at: [0.5, 0.5] }]);
  });

  it('shows others at this place, each as far as it is told', () => {
    const host = new Host();
    host.at('v');
    const take = (news: Record<string, unknown>, place = 'picture:v'): void => {
      host.live.take({ place, people: [{ client: 'a', user_id: 'nora', ...news }] });
    };
    take({ at: [0.1, 0.2], selected: 'n' });
    take({ at: null });
    expect(host.live.others.get('nora')).toMatchObject({ at: null, selected: 'n' });
    take({ at: [0.9, 0.9] }, 'picture:another');
    expect(host.live.others.get('nora')?.at).toBeNull();
    // another window of hers takes over, and the end of the first one is no end of her
    take({ client: 'b', at: [0.3, 0.3] });
    take({ gone: true });
    expect(host.live.others.get('nora')).toMatchObject({ at: [0.3, 0.3], selected: null });
    take({ client: 'b', gone: true });
    expect(host.live.others.size).toBe(0);
    host.live.take({ place: 'picture:v', people: [{ client: 'x', user_id: 'me', at: [0, 0] }] });
    expect(host.live.others.size).toBe(0);
  });

  it('forgets the others at another place, and who left the project', () => {
    const host = new Host();
    host.at('v');
    const news = { client: 'a', user_id: 'nora', at: [0.1, 0.2] as [number, number] };
    host.live.take({ place: 'picture:v', people: [news] });
    host.live.keepOnly([person('me')]);
    expect(host.live.others.size).toBe(0);
    host.live.take({ place: 'picture:v', people: [news] });
    host.at('w');
    expect(host.live.others.size).toBe(0);
  });
});

describe('Follow', () => {
  const own = { path: '/gallery', scroll: 0, anchor: null, offset: 0, picture: null, grid: null };

  it('shows what we see only while somebody follows, and to a new one at once', () => {
    const host = new Host();
    const follow = new Follow(host);
    follow.show(own);
    expect(host.took('client:view')).toEqual([]);
    host.presence = [person('me'), person('nora', { following: 'me' })];
    follow.showAgain();
    expect(host.took('client:view')).toEqual([own]);
    follow.show({ ...own });
    expect(host.took('client:view')).toHaveLength(1);
    follow.show({ ...own, scroll: 0.5 });
    expect(host.took('client:view')).toHaveLength(2);
  });

  it('takes the view of whom we follow, and of nobody else', () => {
    const host = new Host();
    const follow = new Follow(host);
    const view = { path: '/people', user_id: 'nora', client: 'a', scroll: 0, offset: 0 };
    follow.take(view);
    expect(follow.view).toBeNull();
    follow.start('nora');
    follow.take(view);
    follow.take({ ...view, user_id: 'ole', path: '/queue' });
    expect(follow.view?.path).toBe('/people');
    follow.stop();
    expect([follow.view, follow.userId]).toEqual([null, null]);
  });

  it('makes no circle', () => {
    const host = new Host();
    const follow = new Follow(host);
    host.presence = [person('me'), person('nora', { following: 'me' })];
    follow.start('nora');
    expect(follow.userId).toBeNull();
  });

  it('of two who follow each other at the same moment one leads', () => {
    const host = new Host();
    const follow = new Follow(host);
    host.presence = [person('me'), person('abe'), person('zoe')];
    for (const id of ['abe', 'zoe']) {
      follow.start(id);
      host.presence = [person('me'), person(id, { following: 'me' })];
      follow.check();
      expect(follow.userId).toBe(id === 'abe' ? null : 'zoe');
      host.presence = [person('me'), person('abe'), person('zoe')];
    }
  });

  it('goes from one person to the next, and forgives a short absence', () => {
    const host = new Host();
    const follow = new Follow(host);
    host.presence = [person('me'), person('nora'), person('ole')];
    follow.next();
    follow.next();
    expect(follow.userId).toBe('ole');
    follow.next();
    expect(follow.userId).toBe('nora');
    host.presence = [person('me')];
    follow.check();
    vi.advanceTimersByTime(3_000);
    host.presence = [person('me'), person('nora')];
    follow.check();
    vi.advanceTimersByTime(60_000);
    expect(follow.userId).toBe('nora');
    host.presence = [person('me')];
    follow.check();
    vi.advanceTimersByTime(6_000);
    expect(follow.userId).toBeNull();
  });
});
