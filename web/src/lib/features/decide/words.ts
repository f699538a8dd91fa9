/** What a decision says about itself, in words. */
import type { Ballot, CandidateRead, DecisionRead, Tally } from '$lib/api/types';
import { count } from '$lib/format';

const LETTERS = 'ABCDEFGHIJKL';

/** The name of a candidate in the order in which it is shown. */
export function letter(index: number): string {
  return LETTERS[index] ?? String(index + 1);
}

export function stateText({ state }: Pick<DecisionRead, 'state'>): string {
  return { open: 'Open', due: 'The lead chooses', decided: 'Decided' }[state];
}

export function votedText({
  counted,
  quorum,
  voters,
}: Pick<DecisionRead, 'counted' | 'quorum' | 'voters'>): string {
  const asked = voters.filter((voter) => voter.asked && !voter.advises).length;
  const needed = Math.max(quorum, 0);
  if (needed > 0) return `${counted} of ${needed} needed votes`;
  if (asked > counted) return `${counted} of ${asked} voted`;
  return counted === 0 ? 'No votes yet' : count(counted, 'vote');
}

export function deadlineText(iso: string | null, now = Date.now()): string | null {
  if (!iso) return null;
  const left = new Date(iso).getTime() - now;
  if (left <= 0) return 'Voting ends now';
  const minutes = Math.ceil(left / 60_000);
  if (minutes < 60) return `Ends in ${count(minutes, 'minute')}`;
  const hours = Math.round(minutes / 60);
  if (hours < 48) return `Ends in ${count(hours, 'hour')}`;
  return `Ends in ${count(Math.round(hours / 24), 'day')}`;
}

/** One line for eyes and ears: "3 approve, 1 rejects, 4.2 stars". */
export function tallyText({ approve, reject, stars }: Tally): string {
  const parts = [
    approve > 0 ? `${approve} ${approve === 1 ? 'approves' : 'approve'}` : '',
    reject > 0 ? `${reject} ${reject === 1 ? 'rejects' : 'reject'}` : '',
    stars === null ? '' : `${stars.toFixed(1)} stars`,
  ].filter(Boolean);
  return parts.join(', ') || 'No votes';
}

/** One's own vote: "You approve, 4 stars." */
export function ballotText({ verdict, stars }: Ballot): string {
  const parts = [
    verdict ? `You ${verdict}` : '',
    stars === null ? '' : `${verdict ? '' : 'You give '}${count(stars, 'star')}`,
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join(', ')}.` : 'You have not voted.';
}

/** Blind candidates are shown by place once there is one; others stay as they were suggested. */
export function ranked(candidates: readonly CandidateRead[]): CandidateRead[] {
  return candidates
    .filter((one) => one.rank)
    .sort((one, other) => (one.rank?.place ?? 0) - (other.rank?.place ?? 0));
}

const DID: Record<string, string> = {
  'asked the team': 'asked',
  'asked for votes': 'asked for votes on',
  'suggested picture': 'suggested a picture for',
  'changed decision': 'changed the rules of',
  'reopened decision': 'opened again',
  'voting ended': 'ended voting on',
  decided: 'decided',
  voted: 'voted on',
  commented: 'commented on',
  'changed comment': 'changed a comment on',
};

/** What somebody did to a decision, before its question; null is what a blind one hides. */
export function didText(did: string | null): string {
  return (did && DID[did]) ?? 'took part in';
}

const RULES = ['question', 'rule', 'quorum', 'lead_id', 'deadline_at'] as const;

/** What a screen reader says when a decision changed without a key press; null for nothing. */
export function newsOf(before: DecisionRead | undefined, after: DecisionRead): string | null {
  if (!before) return after.state === 'open' ? `New question: ${after.question}` : null;
  if (before.state !== after.state)
    return {
      open: `Open again: ${after.question}`,
      due: `Voting ended: ${after.question} ${after.outcome ?? ''}`.trim(),
      decided: `Decided: ${after.question} ${after.outcome ?? ''}`.trim(),
    }[after.state];
  if (RULES.some((rule) => after[rule] !== before[rule]))
    return `The rules changed: ${after.question} ${votedText(after)}.`;
  if (after.candidates.length > before.candidates.length) return 'A picture was suggested.';
  const last = after.comments.at(-1);
  // an event has the newest comment only
  if (last && last.id !== before.comments.at(-1)?.id) {
    const by = after.voters.find((voter) => voter.id === last.voter_id)?.name ?? 'Somebody';
    return `${by} commented: ${last.text}`;
  }
  if (after.counted > before.counted) return `${votedText(after)}.`;
  return null;
}
