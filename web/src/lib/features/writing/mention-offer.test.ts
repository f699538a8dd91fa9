import { describe, expect, it } from 'vitest';
import type { MemberRead } from '$lib/api/types';
import { mentionBefore, MentionOffer, withName } from './mention-offer.svelte';

const members = [
  { person: { id: 'u1', name: 'Ada' }, role: 'owner' },
  { person: { id: 'u2', name: 'Zoë Ng' }, role: 'editor' },
  { person: { id: 'u3', name: 'Zoltan' }, role: 'editor' },
] as MemberRead[];
const key = (name: string, more = {}) => new KeyboardEvent('keydown', { key: name, ...more });

describe('a name that is being written', () => {
  it('begins at an @ and ends at the cursor', () => {
    expect(mentionBefore('see @Zo', 7)).toBe('Zo');
    expect(mentionBefore('@', 1)).toBe('');
    expect(mentionBefore('mail@host', 9)).toBeNull();
  });

  it('is made whole, and the cursor stands behind it', () => {
    expect(withName('see @Zo, please', 7, 'Zoë Ng')).toEqual(['see @Zoë Ng , please', 12]);
  });
});

describe('the names that are offered', () => {
  const offer = new MentionOffer(() => members);

  it('are those that hold what was written', () => {
    offer.look('see @zo', 7);
    expect(offer.offered.map(({ id }) => id)).toEqual(['u2', 'u3']);
    offer.look('see zo', 6);
    expect([offer.isOpen, offer.offered]).toEqual([false, []]);
  });

  it('are walked through and taken by keys, which mean nothing without them', () => {
    offer.look('@zo', 3);
    expect(offer.key(key('ArrowUp'))).toBe(true);
    expect(offer.key(key('Enter'))).toBe('Zoltan');
    expect(offer.key(key('Enter', { ctrlKey: true }))).toBe(false);
    offer.close();
    expect(offer.key(key('Enter'))).toBe(false);
  });
});
