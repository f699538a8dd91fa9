import { describe, expect, it } from 'vitest';
import { changeOf } from './reduce';

describe('changeOf', () => {
  it('takes the whole record out of an update', () => {
    const data = { id: 'c1', name: 'Mara' };
    expect(
      changeOf({ event: 'server:character.updated', payload: { character_id: 'c1', data } }),
    ).toEqual({ kind: 'upsert', noun: 'character', record: data });
  });

  it.each([
    ['server:reference.removed', { reference_id: 'r1', character_id: 'c1' }, 'reference', 'r1'],
    ['server:variation.removed', { variation_id: 'v1', character_id: 'c1' }, 'variation', 'v1'],
    ['server:character.removed', { character_id: 'c1', data: { id: 'c1' } }, 'character', 'c1'],
  ])('reads %s', (event, payload, noun, id) => {
    expect(changeOf({ event, payload })).toEqual({ kind: 'remove', noun, id });
  });

  it('reads progress of training and of other tasks alike', () => {
    expect(
      changeOf({
        event: 'server:training.progress',
        payload: { job_id: 'j1', progress: 40, step: 'Measuring', eta_s: 12 },
      }),
    ).toEqual({ kind: 'progress', ids: ['j1'], progress: 40, step: 'Measuring', eta_s: 12 });
    expect(
      changeOf({
        event: 'server:task_progress',
        payload: { task_id: 't1', node_id: 'v1', progress: 5 },
      }),
    ).toEqual({ kind: 'progress', ids: ['t1', 'v1'], progress: 5, step: '', eta_s: null });
  });

  it.each([
    ['server:weather.updated', { data: { id: '1' } }],
    ['server:character.updated', { data: null }],
    ['server:character.updated', {}],
    ['server:character.removed', {}],
    ['server:training.progress', { progress: 3 }],
    ['server:task_success', {}],
  ])('leaves %s %j alone', (event, payload) => {
    expect(changeOf({ event, payload })).toEqual({ kind: 'other', event });
  });
});
