import { describe, expect, it } from 'vitest';
import { queueItem } from '../../../../tests/unit/records';
import { etaOf, faultOf, functionOf, ordered, placeOf, summaryOf, tierOf, titleOf } from './item';
import { able, didText } from './verbs';
import { filterFrom, filterQuery, isFiltered, NO_FILTER } from './filter';

describe('an entry of the queue in words', () => {
  it('is named after its character and what is done', () => {
    expect(titleOf(queueItem())).toBe('Mara, Happy');
    expect(titleOf(queueItem({ character: null }))).toBe('Happy');
  });

  it('says which function did it and why, and whose fault a failure is', () => {
    expect(functionOf(queueItem())).toBe('');
    expect(
      functionOf(
        queueItem({ function: 'puppet 1', function_reason: 'The best that is installed.' }),
      ),
    ).toBe('puppet 1: The best that is installed');
    const error = { code: 'disk_full', detail: 'Full.', fault: 'machine', try: 'Wait.', log: '' };
    expect(faultOf({ ...error, fault: 'machine' })).toBe('The machine’s fault (disk_full)');
    expect(faultOf({ ...error, code: 'dependency_failed', fault: 'function' })).toBe(
      'Not its own fault (dependency_failed)',
    );
  });

  it('says its place', () => {
    expect(placeOf(queueItem({ position: 1 }))).toBe('Next in line');
    expect(placeOf(queueItem({ position: 4 }))).toBe('3 ahead in line');
    expect(placeOf(queueItem({ position: 1, urgent: true }))).toBe('Next in line, urgent');
    expect(placeOf(queueItem({ hold: 'The project may run 2 at once.' }))).toBe(
      'The project may run 2 at once.',
    );
    const after = [{ id: 'q0', label: 'Train model', character: 'Mara' }];
    expect(placeOf(queueItem({ position: null, after }))).toBe('After Mara, Train model');
    const more = [...after, { id: 'q2', label: 'Check 1.png', character: null }];
    expect(placeOf(queueItem({ position: null, after: more }))).toBe(
      'After Mara, Train model and 1 more',
    );
    expect(placeOf(queueItem({ position: null }))).toBe('Waits for another try');
    expect(placeOf(queueItem({ state: 'paused', position: null }))).toBe('Paused');
  });

  it('says a forecast with its error, and nothing where nobody knows', () => {
    expect(etaOf(240, 61)).toBe('about 4 min, ± 1 min');
    expect(etaOf(240, 12)).toBe('about 4 min');
    expect(etaOf(20, 4)).toBe('about 20 s, ± 4 s');
    expect(etaOf(null, null)).toBe('');
  });

  it('says which quality was used and why', () => {
    expect(tierOf(queueItem())).toBe('Low');
    expect(
      tierOf(queueItem({ tier_asked: 'high', tier_used: 'low', tier_reason: 'All busy.' })),
    ).toBe('Low instead of High: All busy.');
  });

  it('counts what works, waits and is paused', () => {
    expect(summaryOf([])).toBe('Nothing is waiting');
    expect(
      summaryOf([
        queueItem({ state: 'running' }),
        queueItem(),
        queueItem(),
        queueItem({ state: 'paused' }),
      ]),
    ).toBe('1 working, 2 waiting, 1 paused');
  });

  it('stands in the order in which it will be done', () => {
    const items = [
      queueItem({ id: 'paused', state: 'paused', position: null }),
      queueItem({ id: 'second', position: 2 }),
      queueItem({ id: 'works', state: 'running', position: null }),
      queueItem({ id: 'first', position: 1 }),
    ];
    expect(ordered(items).map(({ id }) => id)).toEqual(['works', 'first', 'second', 'paused']);
  });

  it('is steered only as far as the reader may', () => {
    const mine = queueItem({ id: 'mine', rights: ['cancel', 'pause'] });
    const foreign = queueItem({ id: 'foreign', rights: [] });
    expect(able([mine, foreign], 'cancel')).toEqual([mine]);
    expect(didText('cancel', ['Mara, Happy'])).toBe('Mara, Happy cancelled.');
    expect(didText('pause', ['a', 'b'])).toBe('2 entries paused.');
  });
});

describe('the filter of the history', () => {
  it('stands in the address and comes back from it', () => {
    const filter = { ...NO_FILTER, state: 'failed' as const, q: ' mara ' };
    const query = filterQuery(filter);
    expect(query).toBe('?show=history&state=failed&q=mara');
    expect(filterFrom(new URLSearchParams(query))).toEqual({ ...filter, q: 'mara' });
    expect(isFiltered(filter)).toBe(true);
  });

  it('forgets what it does not know', () => {
    expect(filterFrom(new URLSearchParams('state=lost&task=dance'))).toEqual(NO_FILTER);
    expect(isFiltered(NO_FILTER)).toBe(false);
  });
});
