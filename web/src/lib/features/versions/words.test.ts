import { describe, expect, it } from 'vitest';
import { scoresText, valueText } from './words';

describe('versions in words', () => {
  it('reads values', () => {
    expect(valueText('')).toBe('nothing');
    expect(valueText([])).toBe('nothing');
    expect(valueText(['crew', 'sea'])).toBe('crew, sea');
    expect(valueText(0.4)).toBe('0.4');
  });

  it('never counts a picture that cannot be judged as zero', () => {
    const none = { pictures: 0, measured: 0, p_same_mean: null, p_same_lowest: null };
    expect(scoresText(none)).toBe('no pictures on the sheet');
    expect(scoresText({ ...none, pictures: 3 })).toBe('none of 3 judged');
    expect(scoresText({ pictures: 3, measured: 2, p_same_mean: 0.95, p_same_lowest: 0.9 })).toBe(
      '95 % on average, 90 % at least, 2 of 3 judged',
    );
  });
});
