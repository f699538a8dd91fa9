import { describe, expect, it } from 'vitest';
import { character, job, variation } from '../../../tests/unit/records';
import type { FullSync, ProjectRead, Role, ServerMessage, VersionRestored } from '../api/types';
import { announcer } from './announce.svelte';
import { Room } from './room.svelte';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

const project = {
  id: 'p1',
  title: 'Film',
  description: '',
  settings: { aspect_ratio: '16:9', quality: 'low' },
  version: 1,
  created_at: '2026-01-01T00:00:00Z',
  created_by: null,
} satisfies ProjectRead;

function fullSync(over: Partial<FullSync> = {}): ServerMessage {
  return {
    event: 'server:full_sync',
    payload: {
      seq: 1,
      project,
      role: 'editor',
      members: [{ person: person('u1', 'Ines'), role: 'editor', through: [] }],
      character_count: 1,
      characters: [character()],
      training: [],
      protocol: 1,
      presence: [],
      ...over,
    },
  };
}

const person = (id: string, name: string) => ({ id, name, username: name, colour: '#888888' });

function open(): Room {
  const room = new Room('p1');
  room.apply(fullSync());
  return room;
}

describe('Room', () => {
  it('takes everything from a full sync', () => {
    const room = open();
    expect(room.characters.get('c1')?.name).toBe('Mara');
    expect(room.canEdit).toBe(true);
    expect(room.complete).toBe(true);
    expect(room.nameOf('u1')).toBe('Ines');
  });

  it('ends in the same state by events as by a fresh full sync', () => {
    const byEvents = open();
    byEvents.apply({
      event: 'server:character.updated',
      payload: { character_id: 'c2', data: character({ id: 'c2', name: 'Pelle' }) },
    });
    byEvents.apply({
      event: 'server:character.removed',
      payload: { character_id: 'c1', data: character() },
    });
    const fresh = new Room('p1');
    fresh.apply(fullSync({ characters: [character({ id: 'c2', name: 'Pelle' })] }));
    expect(byEvents.characters.all()).toEqual(fresh.characters.all());
  });

  it('keeps our role when the project changes for everybody', () => {
    const room = open();
    room.apply({
      event: 'server:project.updated',
      payload: { project_id: 'p1', data: { ...project, title: 'New' } },
    });
    expect(room.project?.title).toBe('New');
    expect(room.canEdit).toBe(true);
  });

  it('follows jobs and variations whole, and progress beside them', () => {
    const room = open();
    room.apply({
      event: 'server:training.updated',
      payload: { job_id: 'j1', character_id: 'c1', data: job() },
    });
    room.apply({
      event: 'server:variation.updated',
      payload: { variation_id: 'v1', character_id: 'c1', data: variation() },
    });
    room.apply({
      event: 'server:training.progress',
      payload: {
        job_id: 'j1',
        progress: 55,
        step: 'Learning',
        eta_s: 8,
        curve: { label: 'Loss', points: [{ percent: 55, loss: 0.25 }] },
      },
    });
    expect(room.curves.get('j1')).toEqual({ label: 'Loss', points: [{ percent: 55, loss: 0.25 }] });
    expect(room.jobs.get('j1')?.progress).toBe(0);
    expect(room.progress.get('j1')).toMatchObject({ progress: 55, step: 'Learning', eta_s: 8 });
    expect(room.changes.get('c1')).toBe(2);
    room.apply({
      event: 'server:variation.removed',
      payload: { variation_id: 'v1', character_id: 'c1', data: variation() },
    });
    expect(room.variations.size).toBe(0);
  });

  it('shows what a picture looks like so far until it is there', () => {
    const room = open();
    const tell = (state: 'running' | 'succeeded') => {
      room.apply({
        event: 'server:variation.updated',
        payload: { variation_id: 'v1', character_id: 'c1', data: variation({ state }) },
      });
    };
    tell('running');
    const image = 'data:image/webp;base64,AA==';
    room.apply({
      event: 'server:task_preview',
      payload: { task_id: 'q1', node_id: 'v1', image },
    });
    tell('running');
    expect(room.previews.get('v1')).toBe(image);
    tell('succeeded');
    expect(room.previews.size).toBe(0);
  });

  it('knows who is here, and takes the members whole', () => {
    const room = open();
    room.apply({
      event: 'server:presence',
      payload: {
        count: 1,
        people: [{ user_id: 'u9', name: 'Noor', colour: '#fff', character_id: 'c1' }],
      },
    });
    expect(room.nameOf('u9')).toBe('Noor');
    room.apply({
      event: 'server:members.updated',
      payload: {
        project_id: 'p1',
        data: [{ person: person('u2', 'Mika'), role: 'viewer', through: [] }],
      },
    });
    expect(room.members.all().map((member) => member.person.name)).toEqual(['Mika']);
    expect(room.nameOf(null)).toBe('OnModel');
    expect(room.nameOf('gone')).toBe('Somebody');
  });

  it('has another role at once, and an administrator stays an owner', () => {
    const room = open();
    const told = (role: Role): void => {
      room.apply({
        event: 'server:members.updated',
        payload: {
          project_id: 'p1',
          data: [{ person: person('u1', 'Ines'), role, through: [] }],
        },
      });
    };
    session.me = { id: 'u1', is_admin: false } as never;
    told('viewer');
    expect([room.role, room.canReview]).toEqual(['viewer', false]);
    told('owner');
    expect(room.isOwner).toBe(true);
    session.me = { id: 'u1', is_admin: true } as never;
    told('viewer');
    expect(room.isOwner).toBe(true);
    session.me = null;
  });

  it('says who took a character back, with the way to the comparison', () => {
    const room = open();
    const told = (by: string): void => {
      room.apply({
        event: 'server:version.restored',
        payload: {
          character_id: 'c1',
          number: 7,
          to: 3,
          by,
          data: { text: 'went back to version 3' } as VersionRestored['data'],
        },
      });
    };
    session.me = { id: 'u1', is_admin: false } as never;
    told('u1');
    expect(toasts.list).toEqual([]);
    session.me = { id: 'u2', is_admin: false } as never;
    told('u1');
    expect(announcer.text).toBe('Mara: Ines went back to version 3. Press U to compare.');
    expect(toasts.list[0]).toMatchObject({
      text: 'Mara: Ines went back to version 3.',
      action: { label: 'Compare', href: '/p/p1/c/c1/versions?from=6&to=7' },
    });
    session.me = null;
  });
});
