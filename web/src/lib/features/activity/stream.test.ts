import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ActivityEntry } from '$lib/api/types';
import { streamOf } from './stream';

const mara = { id: 'mara', name: 'Mara', cover: null, removed: false };
let seq = 1000;

function entry(change: Record<string, unknown>, over: Partial<ActivityEntry> = {}): ActivityEntry {
  seq -= 1;
  return {
    seq,
    at: '2026-01-01T12:00:00Z',
    actor_id: 'ada',
    event: 'server:variation.updated',
    change,
    character: mara,
    file: { id: `file-${seq}` } as ActivityEntry['file'],
    url: `/p/1/c/mara?look=${seq}`,
    ...over,
  };
}

const approved = (over: Partial<ActivityEntry> = {}) =>
  entry({ verb: 'reviewed', picture: 'Happy', verdict: 'approved' }, over);

describe('the stream of a project', () => {
  it('makes one line of a run, with its pictures, that leads to their character', () => {
    const [line, ...rest] = streamOf([approved(), approved(), approved()]);
    expect(rest).toEqual([]);
    expect(line).toMatchObject({ text: 'approved 3 pictures', amount: 3, url: '/p/1/c/mara' });
    expect(line?.pictures).toHaveLength(3);
  });

  it('ends a run at another person, verdict, character, hour, or where we were last', () => {
    const otto = { ...mara, id: 'otto' };
    const rejected = entry({ verb: 'reviewed', picture: 'Happy', verdict: 'rejected' });
    const entries = [
      approved(),
      rejected,
      approved({ actor_id: 'bob' }),
      approved({ character: otto }),
      approved({ at: '2026-01-01T10:00:00Z' }),
    ];
    expect(streamOf(entries).map(({ amount }) => amount)).toEqual([1, 1, 1, 1, 1]);
    const [first, second] = [approved(), approved()];
    expect(streamOf([first, second], second.seq)).toHaveLength(2);
    expect(streamOf([first, second], second.seq - 1)).toHaveLength(1);
  });

  it('leaves one alone in its own words and on its own page', () => {
    const [line] = streamOf([approved({ url: '/p/1/c/mara?look=7' })]);
    expect(line).toMatchObject({ text: 'approved Happy', url: '/p/1/c/mara?look=7' });
  });

  it('shows a picture once, and only so many', () => {
    const file = { id: 'same' } as ActivityEntry['file'];
    expect(streamOf([approved({ file }), approved({ file })])[0]?.pictures).toHaveLength(1);
    expect(streamOf(Array.from({ length: 20 }, () => approved()))[0]?.pictures).toHaveLength(8);
  });

  it('reads whatever the server records of a project as a whole', () => {
    const source = ['projects/service.py', 'api/queue/sharing.py']
      .map((file) =>
        readFileSync(join(import.meta.dirname, '../../../../../src/onmodel', file), 'utf8'),
      )
      .join('\n');
    const recorded = [...source.matchAll(/"verb": "([^"]+)"/g)].map(([, verb]) => verb ?? '');
    const of = (event: string, change: Record<string, unknown>) =>
      streamOf([entry(change, { event, character: null, file: null })])[0]?.text;
    const sentences: Record<string, string | undefined> = {
      created: of('server:project.updated', { verb: 'created' }),
      changed: of('server:project.updated', { verb: 'changed', fields: { title: ['a', 'b'] } }),
      'gave role': of('server:members.updated', {
        verb: 'gave role',
        person: 'Bob',
        role: 'editor',
      }),
      removed: of('server:members.updated', { verb: 'removed', person: 'Bob' }),
      'removed team': of('server:members.updated', { verb: 'removed team' }),
      'joined team': of('server:members.updated', {
        verb: 'joined team',
        person: 'Bob',
        team: 'Ink',
      }),
      'left team': of('server:members.updated', { verb: 'left team', person: 'Bob', team: 'Ink' }),
      'changed share': of('server:share.updated', { verb: 'changed share' }),
    };
    expect(Object.keys(sentences).sort()).toEqual([...new Set(recorded)].sort());
    expect(Object.values(sentences)).toEqual([
      'opened the project',
      'changed the project’s settings',
      'made Bob editor',
      'took Bob out of the project',
      'took a team out of the project',
      'put Bob into the team Ink',
      'took Bob out of the team Ink',
      'changed who gets how much machine time',
    ]);
  });
});
