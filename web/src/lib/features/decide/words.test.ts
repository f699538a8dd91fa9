import { describe, expect, it } from 'vitest';
import type { CandidateRead, DecisionRead, VoterRead } from '$lib/api/types';
import { ballotText, deadlineText, letter, newsOf, ranked, tallyText, votedText } from './words';

const voter = (changes: Partial<VoterRead>): VoterRead => ({
  id: 'v',
  user_id: 'u',
  name: 'Bo',
  advises: false,
  asked: true,
  voted: false,
  ...changes,
});
const decision = (changes: Partial<DecisionRead>): DecisionRead =>
  ({
    question: 'Which?',
    state: 'open',
    outcome: null,
    counted: 0,
    quorum: 0,
    voters: [],
    candidates: [],
    comments: [],
    ...changes,
  }) as DecisionRead;

describe('words of a decision', () => {
  it('counts votes against what is needed or who was asked', () => {
    expect(votedText(decision({}))).toBe('No votes yet');
    expect(votedText(decision({ counted: 1 }))).toBe('1 vote');
    expect(votedText(decision({ counted: 1, quorum: 3 }))).toBe('1 of 3 needed votes');
    const voters = [voter({}), voter({ id: 'w' }), voter({ id: 'x', advises: true })];
    expect(votedText(decision({ counted: 1, voters }))).toBe('1 of 2 voted');
  });

  it('tells how long there is', () => {
    const at = Date.parse('2026-01-01T00:00:00Z');
    expect(deadlineText(null)).toBeNull();
    expect(deadlineText('2026-01-01T00:00:30Z', at)).toBe('Ends in 1 minute');
    expect(deadlineText('2026-01-01T05:00:00Z', at)).toBe('Ends in 5 hours');
    expect(deadlineText('2026-01-04T00:00:00Z', at)).toBe('Ends in 3 days');
    expect(deadlineText('2025-12-31T00:00:00Z', at)).toBe('Voting ends now');
  });

  it('reads a tally as a line', () => {
    expect(tallyText({ approve: 1, reject: 2, stars: 4.25, stars_given: 2 })).toBe(
      '1 approves, 2 reject, 4.3 stars',
    );
    expect(tallyText({ approve: 0, reject: 0, stars: null, stars_given: 0 })).toBe('No votes');
  });

  it('reads ones own vote as a line', () => {
    expect(ballotText({ verdict: null, stars: null })).toBe('You have not voted.');
    expect(ballotText({ verdict: 'approve', stars: 4 })).toBe('You approve, 4 stars.');
    expect(ballotText({ verdict: null, stars: 1 })).toBe('You give 1 star.');
  });

  it('names and orders candidates', () => {
    expect([letter(0), letter(11)]).toEqual(['A', 'L']);
    const place = (id: string, at: number) =>
      ({ id, rank: { place: at } }) as unknown as CandidateRead;
    expect(ranked([place('b', 2), place('a', 1)]).map((one) => one.id)).toEqual(['a', 'b']);
  });

  it('says only what is news', () => {
    const before = decision({});
    expect(newsOf(before, before)).toBeNull();
    expect(newsOf(undefined, before)).toBe('New question: Which?');
    expect(newsOf(before, decision({ counted: 1 }))).toBe('1 vote.');
    expect(newsOf(before, decision({ quorum: 2 }))).toBe(
      'The rules changed: Which? 0 of 2 needed votes.',
    );
    expect(newsOf(before, decision({ state: 'decided', outcome: 'The lead chose.' }))).toBe(
      'Decided: Which? The lead chose.',
    );
  });
});
