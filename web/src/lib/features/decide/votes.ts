/** A decision as its voter sees it, with the votes that the server does not know yet. */
import type { DecisionView } from '$lib/api/types';
import type { Change } from '$lib/offline/changes';

export function withVotes(view: DecisionView, waiting: readonly Change[]): DecisionView {
  let votes = view.votes;
  for (const { what } of waiting) {
    if (what.kind !== 'vote' || what.decisionId !== view.decision.id) continue;
    const { candidateId, vote } = what;
    votes = [
      ...votes.filter((one) => one.candidate_id !== candidateId),
      { candidate_id: candidateId, ...vote },
    ];
  }
  return votes === view.votes ? view : { ...view, votes };
}
