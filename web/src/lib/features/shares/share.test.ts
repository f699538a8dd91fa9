import { describe, expect, it } from 'vitest';
import type { ShareRead } from '$lib/api/types';
import { changeOf, faultsOf, formOf, limitsText, useText } from './share';

const PLAIN: ShareRead = {
  project_id: 'p',
  weight: 1,
  max_running: null,
  quota_calls: null,
  quota_seconds: null,
  quota_period: 'day',
  refuses: false,
  commercial: false,
  people: [],
  use: { running: 1, waiting: 2, calls: 12, seconds: 61, renews_at: '2026-11-26T00:00:00Z' },
  hold: null,
};

describe('a share in words', () => {
  it('says what a project may have', () => {
    expect(limitsText(PLAIN)).toBe('Weight 1, no limit');
    expect(
      limitsText({ ...PLAIN, weight: 2, max_running: 3, quota_calls: 100, quota_seconds: 5400 }),
    ).toBe('Weight 2, 3 at once, 100 calls a day, 90 minutes a day, waits beyond');
    expect(limitsText({ ...PLAIN, quota_calls: 1, quota_period: 'month', refuses: true })).toBe(
      'Weight 1, 1 call a month, refused beyond',
    );
    expect(limitsText({ ...PLAIN, commercial: true })).toBe('Weight 1, commercial work only');
  });

  it('says what it has had', () => {
    expect(useText(PLAIN)).toBe(
      '12 calls and 2 minutes of machine time today; 1 running, 2 waiting',
    );
  });
});

describe('a share as a form', () => {
  it('sends only what was changed', () => {
    const form = formOf(PLAIN);
    expect(changeOf(PLAIN, form)).toEqual({});
    expect(changeOf(PLAIN, { ...form, weight: '3', minutes: '90', beyond: 'refuse' })).toEqual({
      weight: 3,
      quota_seconds: 5400,
      refuses: true,
    });
  });

  it('takes a limit away where the field was emptied', () => {
    const limited = { ...PLAIN, quota_calls: 5, max_running: 2 };
    expect(changeOf(limited, { ...formOf(limited), calls: ' ', atOnce: '' })).toEqual({
      quota_calls: null,
      max_running: null,
    });
  });

  it('keeps seconds that are no whole minutes unless they are changed', () => {
    const odd = { ...PLAIN, quota_seconds: 90 };
    expect(formOf(odd).minutes).toBe('2');
    expect(changeOf(odd, formOf(odd))).toEqual({});
  });

  it('names the fields that cannot be meant', () => {
    const form = formOf(PLAIN);
    expect(faultsOf(form)).toEqual({});
    expect(Object.keys(faultsOf({ ...form, weight: '11', calls: '-3', minutes: 'many' }))).toEqual([
      'weight',
      'calls',
      'minutes',
    ]);
    expect(Object.keys(faultsOf({ ...form, weight: '', atOnce: '0' }))).toEqual([
      'weight',
      'atOnce',
    ]);
  });
});
