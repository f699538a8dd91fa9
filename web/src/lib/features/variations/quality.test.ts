import { describe, expect, it } from 'vitest';
import type { Recipe } from '$lib/api/types';
import { qualityOf } from './quality';

const recipe = (over: Partial<Recipe>): Recipe => ({
  task: 'character.generate_variation',
  function: 'puppet',
  version: '0.1.0',
  parameters: {},
  seed: 0,
  inputs: [],
  ...over,
});

describe('the quality of a picture', () => {
  it('says what was asked for, what was used and why', () => {
    const lower = recipe({
      tier_asked: 'high',
      tier_used: 'low',
      tier_reason: 'Every machine for it was busy.',
    });
    expect(qualityOf(lower)).toBe('Low instead of High: Every machine for it was busy.');
    expect(qualityOf(recipe({ tier_asked: 'low', tier_used: 'low' }))).toBe('Low, as asked');
  });

  it('says nothing of a picture that somebody brought, or that is older than this', () => {
    expect(qualityOf(recipe({}))).toBe('');
    expect(qualityOf(recipe({ tier_asked: null, tier_used: null }))).toBe('');
  });
});
