import { expect, test } from 'vitest';
import type { Recipe } from '$lib/api/types';
import { unusedOf, usedOf, versionName } from './recipe';

const recipe: Recipe = {
  task: 'character.generate_variation',
  function: 'scribe',
  version: '1',
  parameters: {},
  seed: 0,
  inputs: [],
  terms: [],
  reads: ['identity_profile', 'positive_prompt'],
  made_of: {
    number: 7,
    names: ['Locked for episode 3'],
    pinned: true,
    trigger_word: 'mara_om',
    positive_prompt: 'freckles',
    negative_prompt: '',
    adapter: {
      id: 'a',
      number: 2,
      kind: 'identity_profile',
      file_id: 'f',
      sha256: 'f55c113f12bb602f',
      terms: [],
    },
  },
};

test('what the function was given stands apart from what it has no input for', () => {
  expect(usedOf(recipe).map(({ label, value }) => `${label}: ${value}`)).toEqual([
    'Prompt: freckles',
    'Model: 2, identity profile, f55c113f12bb',
  ]);
  expect(unusedOf(recipe)).toBe('trigger word, description');
});

test('nothing is said of a picture that nobody has made yet, or that somebody brought', () => {
  expect(unusedOf({ ...recipe, function: null, reads: [] })).toBe('');
  expect(usedOf({ ...recipe, made_of: null })).toEqual([]);
});

test('a version is called by its names, without one by its number', () => {
  expect(versionName({ number: 7, names: ['Locked', 'Signed off'] })).toBe(
    '“Locked”, “Signed off”',
  );
  expect(versionName({ number: 7, names: [] })).toBe('version 7');
});
