import { describe, expect, it } from 'vitest';
import { cameAndWent, inkOn, joinedUs } from './words';

const people = (...names: string[]) => new Map(names.map((name) => [name, name]));

describe('cameAndWent', () => {
  it('puts all of it into one sentence each', () => {
    expect(cameAndWent(people('Ole'), people('Nora'))).toBe('Nora is here now. Ole left.');
    expect(cameAndWent(people(), people('Nora', 'Ole'))).toBe('Nora and Ole are here now.');
  });

  it('is silent about a reload', () => {
    expect(cameAndWent(people('Nora'), people('Nora'))).toBe('');
  });

  it('names three of a crowd', () => {
    expect(cameAndWent(people(), people('A', 'B', 'C', 'D', 'E'))).toBe(
      'A, B, C and 2 others are here now.',
    );
    expect(cameAndWent(people(), people('A', 'B', 'C', 'D'))).toBe('A, B, C and D are here now.');
  });
});

it('says who came to the same picture', () => {
  const both = people('A', 'B');
  expect(joinedUs('picture:v', people('A'), both)).toBe('B looks at this picture, too.');
  expect(joinedUs('decision:d', people(), both)).toBe('A and B look at these pictures, too.');
  expect(joinedUs('gallery', people(), both)).toBe('');
  expect(joinedUs('picture:v', people('A'), people())).toBe('');
});

it('writes on every colour so that it can be read', () => {
  expect(inkOn('#ffffff')).toBe('#000');
  expect(inkOn('#102040')).toBe('#fff');
  expect(inkOn('#e6b85c')).toBe('#000');
});
