import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { announcer } from './announce.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

describe('what a screen reader says', () => {
  it('is said at once, and after a breath again', () => {
    announcer.say('Bea came.');
    expect(announcer.text).toBe('Bea came.');
    vi.runAllTimers();
    announcer.say('Bea came.');
    expect(announcer.text).toBe('Bea came.\u00a0');
  });

  it('answers a key at once, and says what waited after it', () => {
    announcer.say('Bea came.');
    announcer.say('Bo came.');
    announcer.answer('Picture B.');
    expect(announcer.text).toBe('Picture B.');
    vi.runAllTimers();
    expect(announcer.text).toBe('Bo came.');
  });

  it('does not flood: a burst is one announcement of its newest, with the rest counted', () => {
    announcer.say('First.');
    for (const one of ['a.', 'b.', 'c.', 'a.', 'd.', 'e.']) announcer.say(one);
    expect(announcer.text).toBe('First.');
    vi.runAllTimers();
    expect(announcer.text).toBe('2 more. a. d. e.');
  });
});
