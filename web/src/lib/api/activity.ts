/** Requests about what happened in a project. */
import { api, body, OWN_PAGE_HEADER } from './client';

const project = (project_id: string) => ({ path: { project_id } });

export interface ActivityQuery {
  character_id?: string | null;
  person_id?: string | null;
  before?: number | null;
}

export const activity = {
  list: (projectId: string, query: ActivityQuery) =>
    body(
      api.GET('/api/v1/projects/{project_id}/activity', {
        params: { ...project(projectId), query },
      }),
    ),
  sinceVisit: (projectId: string) =>
    body(
      api.GET('/api/v1/projects/{project_id}/activity/since-visit', { params: project(projectId) }),
    ),
  see: (projectId: string, seq: number) =>
    body(
      api.PUT('/api/v1/projects/{project_id}/activity/seen', {
        params: project(projectId),
        body: { seq },
      }),
    ),
  /** The same while the page closes: nobody waits for the answer. */
  seeOnLeaving: (projectId: string, seq: number): void => {
    void fetch(`/api/v1/projects/${projectId}/activity/seen`, {
      method: 'PUT',
      keepalive: true,
      headers: { ...OWN_PAGE_HEADER, 'Content-Type': 'application/json' },
      body: JSON.stringify({ seq }),
    }).catch(() => undefined);
  },
};
