import { beforeEach, describe, expect, it, vi } from 'vitest';
import { reference } from '../../../tests/unit/records';
import { offlineProblem, Problem } from '../api/problem';
import type { ReferenceRead } from '../api/types';
import { UploadQueue, type Send } from './uploads.svelte';

interface Sending {
  request: Parameters<Send<ReferenceRead>>[0];
  resolve: (reference: ReferenceRead) => void;
  reject: (error: unknown) => void;
}

let sendings: Sending[];
let waits: { run: () => void; ms: number }[];
let done: ReferenceRead[];
let queue: UploadQueue<ReferenceRead>;

const picture = (name: string) => new File(['x'], name, { type: 'image/png' });
/** Lets the promise chains of the queue run. */
const settle = async () => {
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
};
const states = () => queue.of('c1').map((item) => item.state);

function sending(index: number): Sending {
  const found = sendings[index];
  if (!found) throw new Error(`nothing was sent as number ${index}`);
  return found;
}

beforeEach(() => {
  vi.stubGlobal(
    'URL',
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
  );
  sendings = [];
  waits = [];
  done = [];
  queue = new UploadQueue({
    onDone: (item) => done.push(item),
    send: (request) =>
      new Promise((resolve, reject) => {
        sendings.push({ request, resolve, reject });
      }),
    later: (run, ms) => waits.push({ run, ms }),
  });
});

describe('UploadQueue', () => {
  it('sends three at once and the next as one finishes', async () => {
    queue.add('c1', ['a', 'b', 'c', 'd'].map(picture));
    expect(states()).toEqual(['sending', 'sending', 'sending', 'waiting']);
    sending(0).resolve(reference({ id: 'r1' }));
    await settle();
    expect(done.map((item) => item.id)).toEqual(['r1']);
    expect(states()).toEqual(['sending', 'sending', 'sending']);
    expect(sendings).toHaveLength(4);
  });

  it('shows how much of each file was sent', () => {
    queue.add('c1', [picture('a')]);
    sending(0).request.onProgress(0.4);
    expect(queue.of('c1')[0]?.progress).toBe(0.4);
  });

  it('tries again by itself, later and later, when the network fails', async () => {
    queue.add('c1', [picture('a')]);
    sending(0).reject(offlineProblem());
    await settle();
    expect(states()).toEqual(['retrying']);
    waits[0]?.run();
    expect(states()).toEqual(['sending']);
    sending(1).reject(offlineProblem());
    await settle();
    expect(waits.map((wait) => wait.ms)).toEqual([1000, 2000]);
    sending(0).request.onProgress(1);
    waits[1]?.run();
    sending(2).resolve(reference());
    await settle();
    expect(queue.of('c1')).toEqual([]);
    expect(queue.busy).toBe(false);
  });

  it('does not wait when the network is known to be back', async () => {
    queue.add('c1', [picture('a')]);
    sending(0).reject(offlineProblem());
    await settle();
    queue.hurry();
    expect(states()).toEqual(['sending']);
    waits[0]?.run();
    expect(sendings).toHaveLength(2);
  });

  it('gives up after six tries, until somebody asks again', async () => {
    queue.add('c1', [picture('a')]);
    for (let attempt = 0; attempt < 6; attempt += 1) {
      sending(attempt).reject(offlineProblem());
      await settle();
      waits[attempt]?.run();
    }
    expect(states()).toEqual(['failed']);
    queue.retry(queue.of('c1')[0]?.id ?? 0);
    expect(states()).toEqual(['sending']);
  });

  it('keeps a refusal with its sentence and does not repeat it', async () => {
    queue.add('c1', [picture('notes.txt')]);
    sending(0).reject(
      new Problem(415, { code: 'not_a_picture', detail: 'This is not a picture.' }),
    );
    await settle();
    expect(states()).toEqual(['failed']);
    expect(queue.of('c1')[0]?.problem?.message).toBe('This is not a picture.');
    expect(waits).toEqual([]);
    queue.dismiss(queue.of('c1')[0]?.id ?? 0);
    expect(queue.of('c1')).toEqual([]);
  });

  it('stops a file on its way when somebody cancels it', async () => {
    queue.add('c1', [picture('a')]);
    const { request, reject } = sending(0);
    queue.dismiss(queue.of('c1')[0]?.id ?? 0);
    expect(request.signal.aborted).toBe(true);
    reject(new Problem(0, { code: 'cancelled' }));
    await settle();
    expect(queue.of('c1')).toEqual([]);
    expect(waits).toEqual([]);
  });

  it('keeps the characters apart', () => {
    queue.add('c1', [picture('a')]);
    queue.add('c2', [picture('b')]);
    expect(queue.of('c2').map((item) => item.name)).toEqual(['b']);
  });
});
