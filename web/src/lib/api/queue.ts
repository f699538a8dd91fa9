/** Requests about the queue and the machines. */
import { api, body } from './client';
import type { operations } from './schema';
import type { QueueVerb, ShareUpdate } from './types';

export type HistoryQuery = NonNullable<
  operations['read_history_api_v1_queue_history_get']['parameters']['query']
>;

export const queue = {
  read: (project_id: string | null) =>
    body(api.GET('/api/v1/queue', { params: { query: { project_id } } })),
  history: (query: HistoryQuery) => body(api.GET('/api/v1/queue/history', { params: { query } })),
  act: (call_id: string, verb: QueueVerb) =>
    body(api.POST('/api/v1/queue/{call_id}/{verb}', { params: { path: { call_id, verb } } })),
  batch: (verb: QueueVerb, ids: string[]) =>
    body(api.POST('/api/v1/queue/batch', { body: { verb, ids } })),
  move: (call_id: string, place: { before: string } | { after: string }) =>
    body(api.POST('/api/v1/queue/{call_id}/move', { params: { path: { call_id } }, body: place })),
  need: (call_id: string, due_at: string | null) =>
    body(
      api.PUT('/api/v1/queue/{call_id}/due', { params: { path: { call_id } }, body: { due_at } }),
    ),
  clear: (project_id: string | null, whose: 'mine' | 'all') =>
    body(api.POST('/api/v1/queue/clear', { body: { project_id, whose } })),
  undoClear: (clearing_id: string) =>
    body(
      api.POST('/api/v1/queue/clearings/{clearing_id}/undo', { params: { path: { clearing_id } } }),
    ),
  workers: () => body(api.GET('/api/v1/workers')),
  share: (project_id: string) =>
    body(api.GET('/api/v1/projects/{project_id}/share', { params: { path: { project_id } } })),
  setShare: (project_id: string, change: ShareUpdate) =>
    body(
      api.PATCH('/api/v1/projects/{project_id}/share', {
        params: { path: { project_id } },
        body: change,
      }),
    ),
};
