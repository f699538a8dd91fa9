import { describe, expect, it } from 'vitest';
import { keyAction } from '../../keys';
import { majority, tallyText, verdictOfKey, VERDICTS, withVerdict } from './verdicts';

const tally = { same: 2, not_same: 1, cant_tell: 0, mine: 'same' as const };

describe('verdicts', () => {
  it('moves my word from one count to another, and takes it back', () => {
    expect(withVerdict(tally, 'not_same')).toEqual({
      same: 1,
      not_same: 2,
      cant_tell: 0,
      mine: 'not_same',
    });
    expect(withVerdict(tally, null)).toEqual({ same: 1, not_same: 1, cant_tell: 0, mine: null });
  });

  it('says what people said, and nothing when nobody did', () => {
    expect(tallyText(tally)).toBe('2 say same, 1 not same');
    expect(tallyText({ same: 0, not_same: 1, cant_tell: 0, mine: null })).toBe('1 says not same');
    expect(tallyText({ same: 0, not_same: 0, cant_tell: 0, mine: null })).toBe('');
  });

  it('has a majority only where one word was said more often', () => {
    expect(majority(tally)).toBe('same');
    expect(majority({ ...tally, not_same: 2 })).toBeNull();
    expect(majority({ ...tally, not_same: 3 })).toBe('not_same');
  });

  it('leaves "?" to the list of keys', () => {
    expect(verdictOfKey('N')).toBe('not_same');
    expect(verdictOfKey('?')).toBeNull();
    const press = { key: '?', ctrlKey: false, metaKey: false, altKey: false, target: null };
    expect(keyAction(press)).toBe('help');
    expect(new Set(VERDICTS.map(({ key }) => key)).size).toBe(VERDICTS.length);
  });
});
