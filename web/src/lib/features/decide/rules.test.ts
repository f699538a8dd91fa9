import { describe, expect, it } from 'vitest';
import type { MemberRead } from '$lib/api/types';
import { fromLocal, leads, quorumOptions, toLocal, voters } from './rules';

const member = (id: string, role: MemberRead['role']): MemberRead => ({
  person: { id, name: id, username: id, colour: '#888888' },
  role,
  through: [],
});
const members = [
  member('ada', 'owner'),
  member('bo', 'editor'),
  member('cy', 'reviewer'),
  member('di', 'viewer'),
];

describe('the rules of a decision', () => {
  it('let those decide who change characters, and those vote who review', () => {
    expect(leads(members).map(({ person }) => person.id)).toEqual(['ada', 'bo']);
    expect(voters(members, 'ada').map(({ person }) => person.id)).toEqual(['bo', 'cy']);
  });

  it('keep a number of votes that is not in the list', () => {
    expect(quorumOptions(2).at(0)).toEqual({ value: '0', label: 'None' });
    expect(quorumOptions(7).at(-1)).toEqual({ value: '7', label: '7' });
  });

  it('keep a deadline to the minute through the form', () => {
    const iso = '2026-03-29T09:30:00.000Z';
    expect(fromLocal(toLocal(iso))).toBe(iso);
    expect([toLocal(null), fromLocal('')]).toEqual(['', null]);
  });
});
