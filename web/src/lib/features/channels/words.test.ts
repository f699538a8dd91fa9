import { describe, expect, it } from 'vitest';
import type { Place } from '$lib/api/channels';
import { clock, stateOf, wishesFrom } from './words';

const read = {
  time_zone: null,
  digest: 'off' as const,
  digest_at: '09:00:00',
  quiet_from: null,
  quiet_until: null,
  groups: [],
};
const place: Place = {
  id: 'p',
  medium: 'chat',
  label: 'Art channel',
  problem: null,
  sent_at: null,
  created_at: '2026-11-25T12:00:00Z',
};

describe('wishes', () => {
  it('begin in the time zone of the browser and keep the one that was chosen', () => {
    expect(wishesFrom(read, 'Asia/Kolkata').time_zone).toBe('Asia/Kolkata');
    const chosen = { ...read, time_zone: 'Europe/Berlin' };
    expect(wishesFrom(chosen, 'Asia/Kolkata').time_zone).toBe('Europe/Berlin');
  });
});

describe('a place', () => {
  it('says its problem before anything else', () => {
    expect(stateOf(place)).toBe('Nothing sent yet');
    const failing = { ...place, sent_at: '2026-11-25T12:00:00Z', problem: 'It said 503.' };
    expect(stateOf(failing)).toBe('It said 503.');
  });
});

describe('times', () => {
  it('lose their seconds', () => {
    expect(clock('22:30:00')).toBe('22:30');
  });
});
