/** A decision as its voter sees it, with the votes that the server has not confirmed yet. */
import type { Ballot, DecisionView } from '$lib/api/types';

/** Of two votes on one picture, the later one counts. */
export function withVotes(
  view: DecisionView,
  given: Iterable<readonly [candidateId: string, vote: Ballot]>,
): DecisionView {
  const later = new Map(given);
  if (later.size === 0) return view;
  const kept = view.votes.filter((one) => !later.has(one.candidate_id));
  const fresh = [...later].map(([candidate_id, vote]) => ({ candidate_id, ...vote }));
  return { ...view, votes: [...kept, ...fresh] };
}
