import { describe, expect, it } from 'vitest';
import type { ReferenceRead } from '../../api/types';
import { isFaceless, setKey } from './verdict';

const FACE = {} as ReferenceRead['face'];
const reference = (over: Partial<ReferenceRead>) =>
  ({ id: 'r1', state: 'ready', verdict: 'helps', face: null, ...over }) as ReferenceRead;

describe('a set of references', () => {
  it('is faceless only when nothing that counts shows a face', () => {
    expect(isFaceless([])).toBe(false);
    expect(isFaceless([reference({}), reference({ verdict: 'hurts', face: FACE })])).toBe(true);
    expect(isFaceless([reference({}), reference({ face: FACE })])).toBe(false);
    expect(isFaceless([reference({ state: 'checking' })])).toBe(false);
  });

  it('asks for new advice when a picture is judged otherwise, not while one is checked', () => {
    const checked = [reference({})];
    expect(setKey([...checked, reference({ id: 'r2', state: 'checking' })])).toBe(setKey(checked));
    expect(setKey([reference({ verdict: 'hurts' })])).not.toBe(setKey(checked));
    expect(setKey([])).toBe('');
  });
});
