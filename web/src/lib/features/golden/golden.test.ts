import { describe, expect, it } from 'vitest';
import type { GoldenRunRead, SlotRead } from '../../api/types';
import { changeText, firstSlots, madeBy, runsOf, verdictOfRun } from './golden';

const slot = (section: string, name: string, available = true): SlotRead => ({
  key: `${section}/${name}`,
  section,
  name,
  label: name,
  available,
});
const run = (over: Partial<GoldenRunRead> = {}): GoldenRunRead => ({
  id: 'g1',
  character_id: 'c1',
  number: 1,
  function: 'puppet',
  function_version: '1.4.0',
  adapter_number: 3,
  state: 'done',
  results: [],
  mean_p_same: 0.97,
  mean_fidelity: 60,
  against_last: null,
  created_by: null,
  created_at: '2026-01-01T00:00:00Z',
  finished_at: null,
  ...over,
});

describe('golden sets', () => {
  it('start with some of every section that can be made here, in the order of the sheet', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const standard = [
      ...names.map((name) => slot('expression', name)),
      slot('angle', 'left'),
      slot('angle', 'back', false),
      ...names.map((name) => slot('body', name)),
    ];
    const chosen = firstSlots(standard);
    expect(chosen).toHaveLength(8);
    expect(chosen.map(({ key }) => key.split('/')[0])).toEqual([
      ...Array<string>(4).fill('expression'),
      'angle',
      ...Array<string>(3).fill('body'),
    ]);
    expect(chosen.some(({ key }) => key === 'angle/back')).toBe(false);
  });

  it('show the runs of one character, newest first, and what made them', () => {
    const runs = [run(), run({ id: 'g2', number: 2 }), run({ id: 'x', character_id: 'c2' })];
    expect(runsOf(runs, 'c1').map(({ id }) => id)).toEqual(['g2', 'g1']);
    expect(madeBy(run())).toBe('puppet 1.4.0, model 3');
  });

  it('call a run worse only when the comparison says so', () => {
    expect(verdictOfRun(run()).word).toBe('First run');
    const against = {
      against: 1,
      pairs: 8,
      mean_change: -20,
      p_value: 0.01,
      regression: true,
      worse: [],
      text: '',
    };
    expect(verdictOfRun(run({ against_last: against })).tone).toBe('bad');
    expect(verdictOfRun(run({ against_last: { ...against, regression: false } })).tone).toBe(
      'good',
    );
  });

  it('write a change with its sign, and nothing where one side is unknown', () => {
    expect(changeText(60, 40)).toBe('−20');
    expect(changeText(40, 60)).toBe('+20');
    expect(changeText(40, 40.2)).toBe('same');
    expect(changeText(null, 40)).toBe('');
  });
});
