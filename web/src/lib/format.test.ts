import { describe, expect, it } from 'vitest';
import { variation } from '../../tests/unit/records';
import {
  count,
  formatAgo,
  formatBytes,
  formatEta,
  formatPercent,
  scoreOf,
  whyNotMeasurable,
} from './format';

describe('formatEta', () => {
  it.each([
    [null, ''],
    [Number.NaN, ''],
    [-1, ''],
    [0, 'a few seconds'],
    [4.9, 'a few seconds'],
    [12, 'about 15 s'],
    [54, 'about 55 s'],
    [58, 'about 1 min'],
    [170, 'about 3 min'],
    [3600, 'about 1 h'],
    [4800, 'about 1 h 20 min'],
  ])('%s seconds read "%s"', (seconds, text) => {
    expect(formatEta(seconds)).toBe(text);
  });
});

describe('formatPercent', () => {
  it.each([
    [0.968, '97 %'],
    [0.99, '99 %'],
    [0.9901, '>99 %'],
    [1, '>99 %'],
    [0.01, '1 %'],
    [0.001, '<1 %'],
    [0, '<1 %'],
  ])('%s reads %s, and never claims a certainty', (fraction, text) => {
    expect(formatPercent(fraction)).toBe(text);
  });
});

describe('scoreOf', () => {
  const score = (over: Parameters<typeof variation>[0]) => scoreOf(variation(over));

  it.each([
    [0.97, 'good', 'On model'],
    [0.9, 'good', 'On model'],
    [0.7, 'warn', 'Unsure'],
    [0.05, 'bad', 'Off model'],
  ])('%s is %s: %s', (p_same, tone, word) => {
    expect(score({ p_same })).toMatchObject({ tone, word });
  });

  it('never shows a number for what cannot be measured', () => {
    expect(score({ measurable: 'not_measurable', p_same: null, reason: 'no_face' })).toEqual({
      tone: 'none',
      number: '',
      word: 'Cannot judge',
    });
  });

  it('flags a near copy instead of praising it', () => {
    expect(score({ p_same: 0.999, copy_paste: true })).toEqual({
      tone: 'none',
      number: '>99 %',
      word: 'Near copy',
    });
  });

  it('says so while it is being measured', () => {
    expect(score({ measurable: 'pending', p_same: null }).word).toBe('Measuring');
  });

  it('explains why in the words of the server', () => {
    const reason_text = 'No face is visible.';
    expect(whyNotMeasurable({ reason_text })).toBe(reason_text);
    expect(whyNotMeasurable({ reason_text: null })).toMatch(/could not be compared/);
  });
});

describe('other words', () => {
  it('reads bytes, counts and times', () => {
    expect([formatBytes(12), formatBytes(4200), formatBytes(3_400_000)]).toEqual([
      '12 B',
      '4 KB',
      '3.4 MB',
    ]);
    expect([count(1, 'picture'), count(1200, 'person', 'people')]).toEqual([
      '1 picture',
      '1,200 people',
    ]);
    const now = Date.parse('2026-01-02T00:00:00Z');
    expect(formatAgo('2026-01-01T23:57:00Z', now)).toBe('3 minutes ago');
    expect(formatAgo('2026-01-01T00:00:00Z', now)).toBe('yesterday');
    expect(formatAgo('2026-01-01T23:59:50Z', now)).toBe('just now');
    expect(formatAgo('nonsense', now)).toBe('');
  });
});
