import { describe, expect, it } from 'vitest';
import { Selection } from './selection.svelte';

const ORDER = ['a', 'b', 'c', 'd', 'e'];
const chosen = (selection: Selection) => [...selection.ids].toSorted();

describe('Selection', () => {
  it('chooses and drops single rows', () => {
    const selection = new Selection();
    selection.toggle('b');
    selection.toggle('d');
    selection.toggle('b');
    expect(chosen(selection)).toEqual(['d']);
  });

  it('extends from the last toggled row, upwards and downwards', () => {
    const selection = new Selection();
    selection.toggle('c');
    selection.extendTo('a', ORDER);
    expect(chosen(selection)).toEqual(['a', 'b', 'c']);
    selection.extendTo('e', ORDER);
    expect(chosen(selection)).toEqual(ORDER);
  });

  it('starts with the row itself when nothing was chosen, or it left the list', () => {
    const selection = new Selection();
    selection.extendTo('c', ORDER);
    expect(chosen(selection)).toEqual(['c']);
    selection.extendTo('e', ['d', 'e']);
    expect(chosen(selection)).toEqual(['c', 'e']);
  });

  it('takes all that is shown and forgets what is not shown any more', () => {
    const selection = new Selection();
    selection.all(ORDER);
    selection.keep(['b', 'e']);
    expect(chosen(selection)).toEqual(['b', 'e']);
    selection.clear();
    expect(selection.size).toBe(0);
  });
});
