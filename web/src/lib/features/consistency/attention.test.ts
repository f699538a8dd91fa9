import { describe, expect, it } from 'vitest';
import { item, variation } from '../../../../tests/unit/records';
import type { Attribute } from '../../api/types';
import { attentionOf, byAttention } from './attention';

const LIMIT = 0.5;
const at = (id: string, p_same: number | null, over = {}) =>
  item({ variation: variation({ id, p_same }), ...over });
const saying = (same: number, not_same: number) => ({
  verdicts: { same, not_same, cant_tell: 0, mine: null },
});
const hair: Attribute = {
  name: 'hair',
  holds: false,
  delta_e: 20,
  wanted: ['#202020'],
  seen: ['#c09040'],
  crop: null,
  text: 'The hair is lighter.',
};

describe('what asks for a look', () => {
  it('puts quarrels with people first, then off model, then doubts, then what is well', () => {
    const list = [
      at('well', 0.99),
      at('unsure', 0.7),
      at('off', 0.2),
      at('disputed', 0.99, saying(0, 2)),
      at('lighter', 0.99, { attributes: [hair] }),
    ];
    const order = byAttention(list, LIMIT).map((one) => one.item.variation.id);
    expect(order).toEqual(['disputed', 'off', 'unsure', 'lighter', 'well']);
  });

  it('puts the less alike first among those that are off model', () => {
    const order = byAttention([at('a', 0.4), at('b', 0.02)], LIMIT);
    expect(order.map((one) => one.item.variation.id)).toEqual(['b', 'a']);
  });

  it('says whom a picture resembles more than its own character', () => {
    const other = { character_id: 'c2', name: 'Pelle', p_same: 0.8, cover: null };
    expect(attentionOf(at('x', 0.3, { closest_other: other }), LIMIT).reason).toBe(
      'Nearer to Pelle (80 %).',
    );
    const far = { ...other, p_same: 0.2 };
    expect(attentionOf(at('x', 0.99, { closest_other: far }), LIMIT).weight).toBe(0);
  });

  it('neither calls a picture that cannot be judged off model nor forgets it', () => {
    const unseen = item({
      variation: variation({
        p_same: null,
        measurable: 'not_measurable',
        reason_text: 'The face is covered.',
      }),
    });
    expect(attentionOf(unseen, LIMIT)).toEqual({ weight: 2, reason: 'The face is covered.' });
  });
});
