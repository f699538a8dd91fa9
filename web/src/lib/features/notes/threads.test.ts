import { describe, expect, it } from 'vitest';
import type { MemberRead } from '$lib/api/types';
import { note } from '../../../../tests/unit/records';
import { hasNotes, mentionsIn, openOn, piecesOf, threadsOf } from './threads';

const answer = note({ id: 'a1', parent_id: 'n1', number: null, mark: null, text: 'Yes' });

describe('threadsOf', () => {
  it('gathers answers under their note, in the order of numbers', () => {
    const second = note({ id: 'n2', number: 2 });
    const found = threadsOf([second, answer, note()], 'v1', []);
    expect(found.map((thread) => thread.note.id)).toEqual(['n1', 'n2']);
    expect(found[0]?.answers).toEqual([answer]);
  });

  it('puts a note that is not sent yet where it will stand', () => {
    const fresh = note({ id: 'n9', number: null, created_at: '2026-01-09T00:00:00Z' });
    expect(threadsOf([fresh, note()], 'v1', []).map((one) => one.note.id)).toEqual(['n1', 'n9']);
  });

  it('shows what came along where it stands now, and says why when it has no place', () => {
    const moved = { kind: 'point' as const, at: [0.6, 0.4] as [number, number] };
    const beside = note({ id: 'n2', number: 2, on_face: false });
    const found = threadsOf([note(), beside], 'v2', [
      { note_id: 'n1', mark: moved, reason: null },
      { note_id: 'n2', mark: null, reason: 'not_on_face' },
    ]);
    expect(found.map((thread) => thread.mark)).toEqual([moved, null]);
    expect(found.map((thread) => thread.earlier)).toEqual([
      '',
      'Its place belongs to an earlier picture.',
    ]);
  });

  it('lets go of what was settled meanwhile on an earlier picture', () => {
    const settled = note({ resolved_at: '2026-01-02T00:00:00Z' });
    expect(threadsOf([settled], 'v2', [{ note_id: 'n1', mark: null, reason: null }])).toEqual([]);
    expect(threadsOf([settled], 'v1', [])).toHaveLength(1);
  });
});

it('counts what nobody has settled', () => {
  expect(openOn([note(), answer, note({ id: 'n3', resolved_at: 'x' })], 'v1')).toBe(1);
});

it('reads a checklist', () => {
  expect(piecesOf('Before Friday:\nreally\n- [ ] ears\n* [x] scar\nthanks')).toEqual([
    { kind: 'text', text: 'Before Friday:\nreally' },
    { kind: 'item', text: 'ears', number: 0, done: false },
    { kind: 'item', text: 'scar', number: 1, done: true },
    { kind: 'text', text: 'thanks' },
  ]);
});

describe('mentions', () => {
  const members = [
    { person: { id: 'u1', name: 'Ada' }, role: 'owner' },
    { person: { id: 'u2', name: 'Zoë Ng' }, role: 'editor' },
  ] as MemberRead[];

  it('are names after an @', () => {
    expect(mentionsIn('@Zoë Ng and Ada: look', members)).toEqual(['u2']);
  });
});

it('knows whether a character has notes to take along', () => {
  expect(hasNotes([note({ character_id: 'c1' })], 'c1')).toBe(true);
  expect(hasNotes([note({ character_id: 'c2' }), answer], 'c9')).toBe(false);
});
