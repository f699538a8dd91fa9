import { describe, expect, it } from 'vitest';
import { TextClient, type Outgoing } from './client';
import { changeBetween, ot, pointsOf, toPoints, toUnits, type Operation } from './operations';

/** A repeatable source of numbers from 0 to below 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The rules of the server in a few lines: the real one is tested in Python. */
class Server {
  log: { op: Operation; id: string }[] = [];
  text: string;

  constructor(text: string) {
    this.text = text;
  }

  take({ revision, op, id }: Outgoing): number {
    const known = this.log.findIndex((one) => one.id === id);
    if (known >= 0) return known;
    const moved = this.log
      .slice(revision)
      .reduce((mine, earlier) => ot.transform(mine, earlier.op, 'right'), op);
    this.text = ot.apply(this.text, moved);
    this.log.push({ op: moved, id });
    return this.log.length - 1;
  }
}

type Message = () => void;

interface Seat {
  client: TextClient;
  up: Message[];
  down: Message[];
}

/** Clients around one server; every message waits until somebody lets it through. */
class Meeting {
  readonly server: Server;
  readonly seats: Seat[] = [];
  #random: () => number;
  #ids = 0;

  constructor(text: string, count: number, random: () => number) {
    this.server = new Server(text);
    this.#random = random;
    for (let number = 0; number < count; number += 1) this.seats.push(this.#seat(text));
  }

  #seat(text: string): Seat {
    const up: Message[] = [];
    const client: TextClient = new TextClient(text, {
      send: (change) => {
        up.push(() => {
          this.#submit(seat, structuredClone(change));
        });
      },
      ask: (since) => {
        up.push(() => {
          this.#missed(seat, since);
        });
      },
      newId: () => `id-${(this.#ids += 1)}`,
    });
    const seat: Seat = { client, up, down: [] };
    client.takeText(0, text);
    return seat;
  }

  #submit(seat: Seat, change: Outgoing): void {
    const before = this.server.log.length;
    const revision = this.server.take(change);
    seat.down.push(() => {
      seat.client.takeAck(change.id, revision);
    });
    const taken = this.server.log[revision];
    if (revision < before || !taken) return;
    for (const { client, down } of this.seats)
      down.push(() => {
        client.takeOperation(revision, taken.op, taken.id, null);
      });
  }

  #missed({ client, down }: Seat, since: number): void {
    const missed = this.server.log
      .slice(since)
      .map(({ op, id }, index) => ({ op, id, revision: since + index }));
    down.push(() => {
      client.takeMissed(missed);
    });
  }

  any<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.#random() * list.length)];
    if (one === undefined) throw new Error('nothing to choose from');
    return one;
  }

  /** Lets one message through: upwards in order, downwards in any order and some twice. */
  deliver(): boolean {
    const lines = this.seats.flatMap(({ up, down }) => [up, down]).filter((one) => one.length);
    if (lines.length === 0) return false;
    const line = this.any(lines);
    const isUp = this.seats.some(({ up }) => up === line);
    const message = isUp ? line[0] : this.any(line);
    if (isUp || this.#random() > 0.1) line.splice(line.indexOf(message as Message), 1);
    message?.();
    return true;
  }

  cut(seat: Seat): void {
    seat.up.length = 0;
    seat.down.length = 0;
    seat.client.disconnected();
    const since = seat.client.revision;
    seat.up.push(() => {
      this.#missed(seat, since);
    });
  }

  type({ client }: Seat): void {
    const pick = this.#random();
    if (pick < 0.1) client.undo();
    else if (pick < 0.15) client.redo();
    else {
      const letters = pointsOf(client.text);
      const at = Math.floor(this.#random() * (letters.length + 1));
      const come = this.any(['a', '😀', 'e\u0301', '\n', 'אב', '']);
      const after = letters.toSpliced(at, Math.floor(this.#random() * 3), come).join('');
      client.edit(changeBetween(client.text, after));
    }
  }
}

describe('clients around one server', () => {
  it('end with the same text, whatever is late, double, out of order or lost', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const random = seeded(seed);
      const meeting = new Meeting('A tall 😀 smuggler.', 2 + (seed % 7), random);
      for (let round = 0; round < 60; round += 1) {
        const who = meeting.any(meeting.seats);
        const pick = random();
        if (pick < 0.4) meeting.type(who);
        else if (pick < 0.97) meeting.deliver();
        else meeting.cut(who);
      }
      while (meeting.deliver());
      for (const { client } of meeting.seats) {
        expect(client.text, `seed ${seed}`).toBe(meeting.server.text);
        expect(client.pending).toBe(false);
      }
    }
  });
});

describe('TextClient', () => {
  const open = (text: string) => {
    const sent: Outgoing[] = [];
    const asked: number[] = [];
    const client = new TextClient(text, {
      send: (change) => {
        sent.push(structuredClone(change));
      },
      ask: (since) => {
        asked.push(since);
      },
      newId: () => `id-${sent.length}`,
    });
    client.takeText(0, text);
    return { client, sent, asked };
  };

  it('has one change on its way, and joins what is typed meanwhile', () => {
    const { client, sent } = open('');
    client.edit(['a']);
    client.edit([1, 'b']);
    client.edit([2, 'c']);
    expect(sent).toEqual([{ revision: 0, op: ['a'], id: 'id-0' }]);
    client.takeAck('id-0', 0);
    expect(sent[1]).toEqual({ revision: 1, op: [1, 'bc'], id: 'id-1' });
  });

  it('waits for the text itself before it takes a change', () => {
    const client = new TextClient('x', { send: () => undefined, ask: () => undefined });
    client.takeOperation(0, ['a'], null, null);
    client.takeOperation(1, ['b'], null, null);
    expect(client.text).toBe('x');
    client.takeText(1, 'ax');
    expect(client.text).toBe('bax');
  });

  it('takes the answer to a change from whichever message brings it', () => {
    const { client } = open('x');
    client.edit(['a']);
    client.takeOperation(0, ['a'], 'id-0', 'me');
    client.takeAck('id-0', 0);
    expect([client.text, client.pending, client.revision]).toEqual(['ax', false, 1]);
  });

  it('waits behind a gap and asks for it once', () => {
    const { client, asked } = open('x');
    client.takeOperation(2, ['c'], null, 'bo');
    client.takeOperation(1, ['b'], null, 'bo');
    expect([client.text, asked]).toEqual(['x', [0]]);
    client.takeMissed([{ revision: 0, op: ['a'], id: null }]);
    expect(client.text).toBe('cbax');
  });

  it('keeps what was typed without a connection and sends it again under the same id', () => {
    const { client, sent } = open('x');
    client.edit(['a']);
    client.disconnected();
    client.edit([1, 'b']);
    expect(sent).toHaveLength(1);
    client.takeMissed([{ revision: 0, op: ['Z'], id: 'other' }]);
    expect(client.text).toBe('Zabx');
    expect(sent[1]).toEqual({ revision: 1, op: [1, 'a'], id: 'id-0' });
  });

  it('puts what is not confirmed onto a text that came whole', () => {
    const { client, sent } = open('one two');
    client.disconnected();
    client.edit([7, ' three']);
    client.takeText(4000, 'zero one two');
    expect(client.text).toBe('zero one two three');
    expect(sent[0]?.revision).toBe(4000);
  });

  it('takes back our own changes only', () => {
    const { client } = open('');
    client.edit(['mine']);
    client.takeAck('id-0', 0);
    client.takeOperation(1, [4, ' theirs'], null, 'bo');
    client.edit([11, '!']);
    client.takeAck('id-1', 2);
    client.undo();
    expect(client.text).toBe('mine theirs');
    client.undo();
    expect(client.text).toBe(' theirs');
    expect(client.undo()).toBeNull();
    client.redo();
    client.redo();
    expect(client.text).toBe('mine theirs!');
  });

  it('takes joined letters back in one step', () => {
    const { client } = open('');
    client.edit(['a']);
    client.edit([1, 'b'], true);
    client.undo();
    expect(client.text).toBe('');
  });

  it('gives up what the server refuses', () => {
    const { client } = open('x');
    client.edit(['bad']);
    client.giveUp();
    expect([client.text, client.pending]).toEqual(['x', false]);
  });
});

describe('positions and changes', () => {
  it('count code points', () => {
    expect(toPoints('a😀b', 3)).toBe(2);
    expect(toUnits('a😀b', 2)).toBe(3);
  });

  it('follow the caret among equal letters', () => {
    expect(changeBetween('aaa', 'aaaa', 2)).toEqual([1, 'a']);
    expect(changeBetween('aaa', 'aaaa', 4)).toEqual([3, 'a']);
    expect(changeBetween('a😀b', 'a😁b')).toEqual([1, { d: '😀' }, '😁']);
    expect(changeBetween('same', 'same')).toEqual([]);
  });
});

describe('a page that is loaded again', () => {
  it('goes on with what was unsent, under the same id, on what happened meanwhile', () => {
    const sent: Outgoing[] = [];
    const before = new TextClient('A tall smuggler', {
      send: (one) => sent.push(one),
      ask: () => undefined,
    });
    before.takeText(3, 'A tall smuggler');
    before.edit([2, 'very ']);
    before.edit([20, '.']);
    const kept = structuredClone(before.kept);
    if (!kept) throw new Error('nothing kept');
    const after = new TextClient('A tall smuggler', {
      send: (one) => sent.push(one),
      ask: () => undefined,
    });
    after.restore(kept);
    expect(after.text).toBe('A very tall smuggler.');
    after.takeMissed([{ revision: 3, op: [15, '!'], id: 'theirs' }]);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({ id: sent[0]?.id, revision: 4 });
    after.takeAck(sent[0]?.id ?? '', 4);
    after.takeAck(sent[2]?.id ?? '', 5);
    expect(after.text).toBe('A very tall smuggler!.');
    expect(after.kept).toBeNull();
  });
});
