import { describe, expect, it } from 'vitest';
import { dueText, fieldValue, fromField, presets } from './due';

const NOON = new Date(2026, 10, 26, 12, 0).getTime();
const at = (day: number, hour: number) => new Date(2026, 10, day, hour, 0).toISOString();

describe('by when work is needed', () => {
  it('is said as people say it', () => {
    expect(dueText(at(26, 18), NOON)).toBe('today 18:00');
    expect(dueText(at(27, 9), NOON)).toBe('tomorrow 09:00');
    expect(dueText(at(28, 9), NOON)).toBe('Sat 09:00');
    expect(dueText(new Date(2026, 11, 24, 9).toISOString(), NOON)).toBe('Dec 24 09:00');
    expect(dueText('no moment', NOON)).toBe('');
  });

  it('comes back from the field as it went in', () => {
    expect(fieldValue(at(26, 18))).toBe('2026-11-26T18:00');
    expect(fromField('2026-11-26T18:00')).toBe(at(26, 18));
    expect([fieldValue(null), fromField(''), fromField('soon')]).toEqual(['', null, null]);
  });

  it('offers no moment that is too near', () => {
    expect(presets(NOON).map(({ label }) => label)).toEqual([
      'In two hours',
      'Today, 18:00',
      'Tomorrow, 09:00',
    ]);
    const late = new Date(2026, 10, 26, 17, 30).getTime();
    expect(presets(late).map(({ label }) => label)).toEqual(['In two hours', 'Tomorrow, 09:00']);
  });
});
