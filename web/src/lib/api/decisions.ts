/** Requests about decisions: by a person of the house, and by a guest with a link. */
import { api, body, OWN_PAGE_HEADER } from './client';
import { asProblem, problemFrom } from './problem';
import type { Ballot, DecisionRead, NewDecision, NewReviewLink, Schemas } from './types';

const decision = (decision_id: string) => ({ params: { path: { decision_id } } });
const by = (token: string) => ({ params: { path: { token } } });

export const decisions = {
  list: (project_id: string) =>
    body(api.GET('/api/v1/projects/{project_id}/decisions', { params: { path: { project_id } } })),
  read: (id: string) => body(api.GET('/api/v1/decisions/{decision_id}', decision(id))),
  create: (character_id: string, fresh: NewDecision) =>
    body(
      api.POST('/api/v1/characters/{character_id}/decisions', {
        params: { path: { character_id } },
        body: fresh,
      }),
    ),
  add: (id: string, variation_id: string) =>
    body(
      api.POST('/api/v1/decisions/{decision_id}/candidates', {
        ...decision(id),
        body: { variation_id, note: '' },
      }),
    ),
  update: (id: string, change: Schemas['DecisionUpdate']) =>
    body(api.PATCH('/api/v1/decisions/{decision_id}', { ...decision(id), body: change })),
  /** Has a picture made; what is wished of it stands beside it for everybody. */
  make: (id: string, prompt: string) =>
    body(
      api.POST('/api/v1/decisions/{decision_id}/generated', {
        ...decision(id),
        body: { seed: null, tier: null, prompt, note: prompt },
      }),
    ),
  /** Sends a picture from outside, or an edit of one that is there. */
  bring: async (id: string, file: File, editedId: string | null): Promise<DecisionRead> => {
    const form = new FormData();
    form.append('file', file, file.name);
    const query = editedId ? `?edited_id=${editedId}` : '';
    let answer: Response;
    try {
      answer = await fetch(`/api/v1/decisions/${id}/pictures${query}`, {
        method: 'POST',
        headers: OWN_PAGE_HEADER,
        body: form,
      });
    } catch (error) {
      throw asProblem(error);
    }
    const said: unknown = await answer.json().catch(() => null);
    if (!answer.ok) throw problemFrom(answer.status, said);
    return said as DecisionRead;
  },
  takeOut: (decision_id: string, candidate_id: string) =>
    body(
      api.DELETE('/api/v1/decisions/{decision_id}/candidates/{candidate_id}', {
        params: { path: { decision_id, candidate_id } },
      }),
    ),
  vote: (decision_id: string, candidate_id: string, vote: Ballot) =>
    body(
      api.PUT('/api/v1/decisions/{decision_id}/votes/{candidate_id}', {
        params: { path: { decision_id, candidate_id } },
        body: vote,
      }),
    ),
  nextPair: (id: string) =>
    body(api.GET('/api/v1/decisions/{decision_id}/pairs/next', decision(id))),
  comment: (id: string, said: Schemas['CommentWrite']) =>
    body(api.POST('/api/v1/decisions/{decision_id}/comments', { ...decision(id), body: said })),
  ask: (id: string, user_ids: string[]) =>
    body(
      api.POST('/api/v1/decisions/{decision_id}/asked', { ...decision(id), body: { user_ids } }),
    ),
  setAdvises: (decision_id: string, voter_id: string, advises: boolean) =>
    body(
      api.PUT('/api/v1/decisions/{decision_id}/voters/{voter_id}', {
        params: { path: { decision_id, voter_id } },
        body: { advises },
      }),
    ),
  decide: (id: string, candidate_id: string | null) =>
    body(
      api.POST('/api/v1/decisions/{decision_id}/decide', {
        ...decision(id),
        body: { candidate_id },
      }),
    ),
  reopen: (id: string) => body(api.POST('/api/v1/decisions/{decision_id}/reopen', decision(id))),
  links: (id: string) => body(api.GET('/api/v1/decisions/{decision_id}/links', decision(id))),
  createLink: (id: string, link: NewReviewLink) =>
    body(api.POST('/api/v1/decisions/{decision_id}/links', { ...decision(id), body: link })),
  revokeLink: (decision_id: string, link_id: string) =>
    body(
      api.DELETE('/api/v1/decisions/{decision_id}/links/{link_id}', {
        params: { path: { decision_id, link_id } },
      }),
    ),
};

export const outside = {
  look: (token: string) => body(api.GET('/api/v1/review/{token}', by(token))),
  enter: (token: string, who: Schemas['GuestEnter']) =>
    body(api.POST('/api/v1/review/{token}/enter', { ...by(token), body: who })),
  read: (token: string) => body(api.GET('/api/v1/review/{token}/decision', by(token))),
  vote: (token: string, candidate_id: string, vote: Ballot) =>
    body(
      api.PUT('/api/v1/review/{token}/votes/{candidate_id}', {
        params: { path: { token, candidate_id } },
        body: vote,
      }),
    ),
  nextPair: (token: string) => body(api.GET('/api/v1/review/{token}/pairs/next', by(token))),
  compare: (token: string, pair: Schemas['PairWrite']) =>
    body(api.POST('/api/v1/review/{token}/pairs', { ...by(token), body: pair })),
  comment: (token: string, said: Schemas['CommentWrite']) =>
    body(api.POST('/api/v1/review/{token}/comments', { ...by(token), body: said })),
};
