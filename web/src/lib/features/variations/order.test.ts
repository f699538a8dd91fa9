import { describe, expect, it } from 'vitest';
import { variation } from '../../../../tests/unit/records';
import { countSheet, sheetOf, walk } from './order';
import { fullKey, labelOf, STANDARD_SHEET } from './standard';

const slot = (sections: ReturnType<typeof sheetOf>, key: string) =>
  sections.flatMap((section) => section.slots).find((item) => item.key === key);

describe('the standard sheet', () => {
  it('has the thirty slots of a full set, empty at first', () => {
    const sections = sheetOf([]);
    expect(STANDARD_SHEET.map((section) => section.slots.length)).toEqual([11, 5, 9, 5]);
    expect(countSheet(sections)).toEqual({ slots: 30, made: 0, working: 0, approved: 0 });
    expect(walk(sections)).toEqual([]);
  });

  it('puts the current one in its slot and a new one beside it', () => {
    const current = variation({ id: 'v1' });
    const candidate = variation({ id: 'v2', current: false, candidate_of: 'v1' });
    const happy = slot(sheetOf([current, candidate]), 'expression/happy');
    expect(happy).toMatchObject({ current: { id: 'v1' }, candidate: { id: 'v2' } });
  });

  it('forgets a cancelled try', () => {
    const sections = sheetOf([variation({ state: 'cancelled', file: null })]);
    expect(slot(sections, 'expression/happy')?.current).toBeNull();
  });

  it('walks in reading order and counts', () => {
    const sections = sheetOf([
      variation({ id: 'b', section: 'body', key: 'body/bust', verdict: 'approved' }),
      variation({ id: 'a', key: 'expression/neutral' }),
      variation({ id: 'c', section: 'angle', key: 'angle/front', state: 'queued', file: null }),
    ]);
    expect(walk(sections).map((item) => item.id)).toEqual(['a', 'c', 'b']);
    expect(countSheet(sections)).toEqual({ slots: 30, made: 2, working: 1, approved: 1 });
  });

  it('shows keys of its own in a section of their own', () => {
    const sections = sheetOf([variation({ section: 'hat', key: 'hat/red_cap', label: 'Red cap' })]);
    expect(sections.at(-1)).toMatchObject({ title: 'More', slots: [{ label: 'Red cap' }] });
  });

  it('reads keys with and without their section', () => {
    expect(fullKey({ section: 'angle', key: 'front' })).toBe('angle/front');
    expect(fullKey({ section: 'angle', key: 'angle/front' })).toBe('angle/front');
    expect(labelOf('angle/half_left')).toBe('Half left');
  });
});
