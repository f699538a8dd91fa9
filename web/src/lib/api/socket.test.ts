import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ProjectSocket, reconnectDelay, type Connection } from './socket';
import type { ServerMessage } from './types';

class FakeWire {
  sent: { event: string; payload: Record<string, unknown> }[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
  }
  close(): void {
    this.closed = true;
  }
  open(): void {
    this.onopen?.();
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  break(code = 1006): void {
    this.onclose?.({ code });
  }
}

let wires: FakeWire[];
let seen: ServerMessage[];
let states: Connection[];
let timers: { run: () => void; ms: number; cancelled: boolean }[];
let refused: ReturnType<typeof vi.fn>;
let tooOld: ReturnType<typeof vi.fn>;

function start(since = 0): ProjectSocket {
  const socket = new ProjectSocket({
    url: 'ws://test/ws/p1',
    since,
    onMessage: (message) => seen.push(message),
    onConnection: (state) => states.push(state),
    onRefused: refused as () => void,
    onTooOld: tooOld as () => void,
    open: () => {
      const wire = new FakeWire();
      wires.push(wire);
      return wire;
    },
    later: (run, ms) => {
      const timer = { run, ms, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    random: () => 0.5,
  });
  socket.connect();
  return socket;
}

const event = (seq: number) => ({ event: 'server:character.updated', payload: { seq }, seq });
const seqs = () => seen.map((message) => message.seq);
const last = <T>(list: T[]): T => {
  const item = list.at(-1);
  if (item === undefined) throw new Error('empty');
  return item;
};

beforeEach(() => {
  wires = [];
  seen = [];
  states = [];
  timers = [];
  refused = vi.fn();
  tooOld = vi.fn();
});

describe('on connecting', () => {
  it('asks for everything when it knows nothing', () => {
    start(0);
    last(wires).open();
    expect(last(wires).sent).toEqual([{ event: 'client:sync_request', payload: {}, id: 'sync' }]);
    expect(states).toEqual(['connecting', 'live']);
  });

  it('asks only for what it missed', () => {
    start(17);
    last(wires).open();
    expect(last(wires).sent[0]?.payload).toEqual({ since: 17 });
  });

  it('repeats where we are after every reconnection', () => {
    const socket = start(3);
    socket.greet([{ event: 'client:presence', payload: { character_id: 'c1' } }]);
    last(wires).open();
    last(wires).break();
    last(timers).run();
    last(wires).open();
    expect(last(wires).sent.map((message) => message.event)).toEqual([
      'client:sync_request',
      'client:presence',
    ]);
  });
});

describe('durable events', () => {
  it('are applied in order and once', () => {
    start(1);
    last(wires).open();
    for (const seq of [2, 3, 3, 2, 4]) last(wires).say(event(seq));
    expect(seqs()).toEqual([2, 3, 4]);
  });

  it('wait behind a gap, which is asked for once', () => {
    start(1);
    const wire = last(wires);
    wire.open();
    wire.say(event(2));
    wire.say(event(4));
    wire.say(event(5));
    expect(seqs()).toEqual([2]);
    expect(wire.sent.slice(1)).toEqual([
      { event: 'client:sync_request', payload: { since: 2 }, id: 'sync' },
    ]);
    wire.say(event(3));
    expect(seqs()).toEqual([2, 3, 4, 5]);
  });

  it('ask again when a gap stays open', () => {
    start(1);
    const wire = last(wires);
    wire.open();
    wire.say(event(3));
    last(timers).run();
    expect(wire.sent.filter((message) => message.event === 'client:sync_request')).toHaveLength(3);
  });

  it('continue after the last one seen when the connection comes back', () => {
    start(1);
    last(wires).open();
    last(wires).say(event(2));
    last(wires).break();
    last(timers).run();
    last(wires).open();
    expect(last(wires).sent[0]?.payload).toEqual({ since: 2 });
    last(wires).say(event(2));
    last(wires).say(event(3));
    expect(seqs()).toEqual([2, 3]);
  });
});

describe('a full sync', () => {
  const full = (seq: number) => ({ event: 'server:full_sync', payload: { seq } });

  it('moves the clock and drops what it contains', () => {
    const socket = start(1);
    const wire = last(wires);
    wire.open();
    wire.say(event(8));
    wire.say(full(8));
    wire.say(event(9));
    expect(seen.map((message) => message.event)).toEqual([
      'server:full_sync',
      'server:character.updated',
    ]);
    expect(socket.seq).toBe(9);
  });

  it('that events have overtaken is ignored', () => {
    const socket = start(1);
    last(wires).open();
    last(wires).say(event(2));
    last(wires).say(full(1));
    expect(socket.seq).toBe(2);
    expect(seen).toHaveLength(1);
  });

  it('may turn the clock back when it comes first: the server was restored', () => {
    const socket = start(50);
    last(wires).open();
    last(wires).say(full(7));
    expect(socket.seq).toBe(7);
  });
});

describe('ephemeral messages', () => {
  it('pass at once and leave the clock alone', () => {
    const socket = start(4);
    last(wires).open();
    last(wires).say({ event: 'server:presence', payload: { people: [] } });
    expect(seen).toHaveLength(1);
    expect(socket.seq).toBe(4);
  });

  it('that make no sense are dropped', () => {
    start();
    last(wires).open();
    last(wires).onmessage?.({ data: 'not json' });
    last(wires).onmessage?.({ data: '42' });
    last(wires).onmessage?.({ data: new ArrayBuffer(2) });
    expect(seen).toEqual([]);
  });
});

describe('a lost connection', () => {
  it('is tried again with growing waits, which start over after success', () => {
    start();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      last(wires).break();
      last(timers).run();
    }
    const waits = timers.map((timer) => timer.ms).filter((ms) => ms < 4_000);
    expect(waits).toEqual([375, 750, 1500]);
    last(wires).open();
    last(wires).break();
    expect(last(timers).ms).toBe(375);
  });

  it('is not tried again when the server refuses for good', () => {
    start();
    last(wires).break(4403);
    expect(timers.filter((timer) => !timer.cancelled)).toEqual([]);
    expect(refused).toHaveBeenCalledOnce();
    expect(last(states)).toBe('closed');
  });

  it('comes back at once when the network does', () => {
    const socket = start();
    last(wires).break();
    socket.hurry();
    expect(wires).toHaveLength(2);
    expect(timers[0]?.cancelled).toBe(true);
  });

  it('is not waited for in an attempt that hears nothing: that one ends after four seconds', () => {
    start();
    const opening = last(timers);
    expect(opening.ms).toBe(4_000);
    opening.run();
    expect(last(wires).closed).toBe(true);
    expect(last(timers).ms).toBe(375);
    last(timers).run();
    expect(wires).toHaveLength(2);
    const second = last(timers);
    last(wires).open();
    expect(second.cancelled).toBe(true);
  });

  it('leaves an attempt that hears nothing when the network comes back', () => {
    const socket = start();
    const dead = last(wires);
    socket.hurry();
    expect([dead.closed, wires.length]).toEqual([true, 2]);
    dead.open();
    dead.break();
    last(wires).open();
    expect(last(states)).toBe('live');
  });

  it('is looked for at once when the network comes back under an open line', () => {
    const socket = start(1);
    last(wires).open();
    socket.hurry();
    expect(last(last(wires).sent).event).toBe('client:ping');
    expect(last(timers).ms).toBe(4_000);
    last(timers).run();
    expect(last(states)).toBe('waiting');
  });

  it('is noticed at once when the network goes', () => {
    const socket = start();
    last(wires).open();
    const wire = last(wires);
    socket.drop();
    expect(wire.closed).toBe(true);
    expect(last(states)).toBe('waiting');
  });

  it('stays closed after close()', () => {
    const socket = start();
    const wire = last(wires);
    socket.close();
    wire.break();
    socket.hurry();
    expect(wires).toHaveLength(1);
    expect(last(states)).toBe('closed');
  });
});

describe('reconnectDelay', () => {
  it('stays between half and all of a capped ceiling', () => {
    expect(reconnectDelay(0, () => 0)).toBe(250);
    expect(reconnectDelay(0, () => 1)).toBe(500);
    expect(reconnectDelay(30, () => 1)).toBe(4_000);
  });
});

describe('a line that may be dead', () => {
  const silence = () => last(timers.filter((timer) => timer.ms === 10_000));

  it('is asked after ten seconds of silence, and kept when it answers', () => {
    start(1);
    const wire = last(wires);
    wire.open();
    silence().run();
    expect(last(wire.sent).event).toBe('client:ping');
    const answer = last(timers);
    expect(answer.ms).toBe(4_000);
    wire.say({ event: 'server:hello', payload: {} });
    expect(answer.cancelled).toBe(true);
    expect(wire.closed).toBe(false);
  });

  it('is given up without an answer, and another one is tried', () => {
    start(1);
    last(wires).open();
    silence().run();
    last(timers).run();
    expect(last(wires).closed).toBe(true);
    expect(last(states)).toBe('waiting');
    last(timers).run();
    expect(wires).toHaveLength(2);
  });
});

it('stops when the server no longer speaks as this page does', () => {
  start(1);
  last(wires).open();
  last(wires).break(4426);
  expect(last(states)).toBe('closed');
  expect(tooOld).toHaveBeenCalledOnce();
  expect(refused).not.toHaveBeenCalled();
});
