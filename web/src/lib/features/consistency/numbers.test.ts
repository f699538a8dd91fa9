import { describe, expect, it } from 'vitest';
import { consistency } from '../../../../tests/unit/records';
import { headlinesOf } from './numbers';

describe('the numbers at the head', () => {
  it('says how many could not be judged, and why', () => {
    const [judged] = headlinesOf(
      consistency({ coverage: { measured: 7, expected: 10, reasons: { no_face: 1, covered: 2 } } }),
    );
    expect(judged?.value).toBe('7 of 10');
    expect(judged?.says).toContain('3 pictures could not be judged (2 covered, 1 without a face)');
  });

  it('has no zero where there is no number', () => {
    const values = headlinesOf(
      consistency({ mean_p_same: null, mean_fidelity: null, copy_paste: null }),
    ).map((one) => one.value);
    expect(values.slice(1, 3)).toEqual(['No number yet', 'No number yet']);
  });
});
