/** What a picture was made of, in words. */
import type { Recipe } from '$lib/api/types';

/** So much of a hash tells files apart for people; the record has all of it. */
const SHORT = 12;

export interface Ingredient {
  /** The name that a function's input for it has. */
  name: string;
  label: string;
  value: string;
}

/** “Locked for episode 3” in quotes, or the number of a version without a name. */
export function versionName({ number, names }: { number: number; names: string[] }): string {
  return names.length > 0 ? names.map((name) => `“${name}”`).join(', ') : `version ${number}`;
}

/**
 * What the version had beside pictures. Of the description it is only known that it was read: the
 * version keeps its words.
 */
function offered({ made_of: version, prompt: wish = '' }: Recipe): Ingredient[] {
  if (!version) return [];
  const { adapter, number } = version;
  const prompt = [version.positive_prompt, wish].filter(Boolean).join(', ');
  const all = [
    { name: 'trigger_word', label: 'Trigger word', value: version.trigger_word },
    { name: 'positive_prompt', label: 'Prompt', value: prompt },
    { name: 'negative_prompt', label: 'Negative prompt', value: version.negative_prompt },
    { name: 'description', label: 'Description', value: `as in version ${number}` },
  ];
  if (adapter) {
    const value = `${adapter.number}, ${adapter.kind.replaceAll('_', ' ')}, ${adapter.sha256.slice(0, SHORT)}`;
    all.push({ name: adapter.kind, label: 'Model', value });
  }
  return all.filter(({ value }) => value !== '');
}

/** What the function was given of it. */
export function usedOf(recipe: Recipe): Ingredient[] {
  const { reads = [] } = recipe;
  return offered(recipe).filter(({ name }) => reads.includes(name));
}

/** What it has no input for, in words; empty while nothing has made the picture yet. */
export function unusedOf(recipe: Recipe): string {
  const { reads = [] } = recipe;
  if (!recipe.function) return '';
  return offered(recipe)
    .filter(({ name }) => !reads.includes(name))
    .map(({ label }) => label.toLowerCase())
    .join(', ');
}
