import { describe, expect, it } from 'vitest';
import { KEY_TABLE, keyAction, keyLabel } from './keys';

function press(key: string, over: object = {}) {
  return keyAction({ key, ctrlKey: false, metaKey: false, altKey: false, target: null, ...over });
}

describe('the key table', () => {
  it('gives every key one meaning', () => {
    const keys = KEY_TABLE.flatMap((row) => row.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is what the handler answers', () => {
    for (const row of KEY_TABLE) for (const key of row.keys) expect(press(key)).toBe(row.action);
  });

  it('names keys as they are printed', () => {
    expect([keyLabel(' '), keyLabel('ArrowUp'), keyLabel('j'), keyLabel('Escape')]).toEqual([
      'Space',
      '↑',
      'J',
      'Esc',
    ]);
  });
});

describe('keyAction', () => {
  it('takes capitals for the same key', () => {
    expect(press('A')).toBe('approve');
  });

  it('leaves browser shortcuts alone', () => {
    expect(press('r', { ctrlKey: true })).toBeNull();
    expect(press('s', { metaKey: true })).toBeNull();
  });

  it('leaves typing alone, but Escape still goes back', () => {
    const target = document.createElement('input');
    expect(press('a', { target })).toBeNull();
    expect(press('Escape', { target })).toBe('back');
    const box = Object.assign(document.createElement('input'), { type: 'checkbox' });
    expect(press('a', { target: box })).toBe('approve');
    expect(press('j', { target: document.createElement('textarea') })).toBeNull();
  });

  it('lets space and enter press the focused button', () => {
    const target = document.createElement('button');
    expect(press(' ', { target })).toBeNull();
    expect(press('Enter', { target })).toBeNull();
    expect(press('j', { target })).toBe('next');
  });

  it('knows no other keys', () => {
    expect(press('q')).toBeNull();
  });
});
