import { describe, expect, it } from 'vitest';
import { variation } from '../../../../tests/unit/records';
import { countSheet, refusals, sheetOf, walk } from './order';
import { labelOf } from './standard';

const STANDARD = ['expression/neutral', 'expression/happy', 'angle/front', 'body/bust'].map(
  (key) => ({
    key,
    section: key.split('/')[0] ?? '',
    name: key.split('/')[1] ?? '',
    label: labelOf(key),
    available: key !== 'body/bust',
  }),
);
const sheet = (...made: Parameters<typeof sheetOf>[1]) => sheetOf(STANDARD, made);

const slot = (sections: ReturnType<typeof sheetOf>, key: string) =>
  sections.flatMap((section) => section.slots).find((item) => item.key === key);

describe('the standard sheet', () => {
  it('has the slots of a full set by section, empty at first', () => {
    const sections = sheet();
    expect(sections.map((section) => [section.title, section.slots.length])).toEqual([
      ['Expressions', 2],
      ['Angles', 1],
      ['Body', 1],
    ]);
    expect(countSheet(sections)).toEqual({
      slots: 4,
      made: 0,
      missing: 3,
      working: 0,
      approved: 0,
    });
    expect(walk(sections)).toEqual([]);
  });

  it('puts the current one in its slot and a new one beside it', () => {
    const current = variation({ id: 'v1' });
    const candidate = variation({ id: 'v2', current: false, candidate_of: 'v1' });
    const happy = slot(sheet(current, candidate), 'expression/happy');
    expect(happy).toMatchObject({ current: { id: 'v1' }, candidate: { id: 'v2' } });
  });

  it('forgets a cancelled try', () => {
    const sections = sheet(variation({ state: 'cancelled', file: null }));
    expect(slot(sections, 'expression/happy')?.current).toBeNull();
  });

  it('walks in reading order and counts', () => {
    const sections = sheet(
      variation({ id: 'b', section: 'body', key: 'body/bust', verdict: 'approved' }),
      variation({ id: 'a', key: 'expression/neutral' }),
      variation({ id: 'c', section: 'angle', key: 'angle/front', state: 'queued', file: null }),
    );
    expect(walk(sections).map((item) => item.id)).toEqual(['a', 'c', 'b']);
    expect(countSheet(sections)).toMatchObject({ made: 2, missing: 1, working: 1, approved: 1 });
  });

  it('shows keys of its own in a section of their own', () => {
    const sections = sheet(variation({ section: 'hat', key: 'hat/red_cap', label: 'Red cap' }));
    expect(sections.at(-1)).toMatchObject({ title: 'More', slots: [{ label: 'Red cap' }] });
  });

  it('says each reason for missing pictures once', () => {
    const failed = { state: 'failed', file: null } as const;
    const error = { code: 'cannot_do', detail: 'Cut too close.', try: 'Add a wider one.' };
    const sections = sheet(
      variation({ id: 'a', key: 'expression/happy', ...failed, error }),
      variation({ id: 'b', key: 'expression/neutral', label: 'Neutral', ...failed, error }),
      variation({ id: 'c', section: 'angle', key: 'angle/front', ...failed, error: null }),
    );
    expect(refusals(sections)).toEqual([
      { detail: 'Cut too close.', wayOut: 'Add a wider one.', labels: ['Neutral', 'Happy'] },
      { detail: 'The picture could not be made.', wayOut: '', labels: ['Front'] },
    ]);
    expect(countSheet(sections).missing).toBe(3);
  });

  it('reads keys as words', () => {
    expect(labelOf('angle/half_left')).toBe('Half left');
  });
});
