/** Requests about likeness: how it is measured, what people say of it, who is told. */
import { api, body } from './client';
import type { GoldenSlot, Judgement, RouteChoice } from './types';

const character = (character_id: string) => ({ params: { path: { character_id } } });
const variation = (variation_id: string) => ({ params: { path: { variation_id } } });
const project = (project_id: string) => ({ params: { path: { project_id } } });
const alert = (alert_id: string) => ({ params: { path: { alert_id } } });

export const identity = {
  encoders: () => body(api.GET('/api/v1/identity/encoders')),
  calibrations: () => body(api.GET('/api/v1/identity/calibrations')),
  fit: (encoder: string) => body(api.POST('/api/v1/identity/calibrations', { body: { encoder } })),
  activate: (calibration_id: string) =>
    body(
      api.POST('/api/v1/identity/calibrations/{calibration_id}/activate', {
        params: { path: { calibration_id } },
      }),
    ),
  disagreements: () => body(api.GET('/api/v1/identity/disagreements')),
};

export const similar = {
  toCharacter: (id: string, limit: number) =>
    body(
      api.GET('/api/v1/characters/{character_id}/similar', {
        params: { path: { character_id: id }, query: { limit } },
      }),
    ),
  toVariation: (id: string, limit: number) =>
    body(
      api.GET('/api/v1/variations/{variation_id}/similar', {
        params: { path: { variation_id: id }, query: { limit } },
      }),
    ),
};

export const checks = {
  list: (projectId: string) =>
    body(api.GET('/api/v1/projects/{project_id}/checks', project(projectId))),
  remove: (check_id: string) =>
    body(api.DELETE('/api/v1/checks/{check_id}', { params: { path: { check_id } } })),
};

export interface ConsistencyChange {
  route?: RouteChoice;
  off_model_below?: number;
}

export const consistency = {
  read: (id: string) =>
    body(api.GET('/api/v1/characters/{character_id}/consistency', character(id))),
  update: (id: string, change: ConsistencyChange) =>
    body(
      api.PATCH('/api/v1/characters/{character_id}/consistency', {
        ...character(id),
        body: change,
      }),
    ),
};

export const verdicts = {
  give: (variationId: string, judgement: Judgement) =>
    body(
      api.PUT('/api/v1/variations/{variation_id}/judgement', {
        ...variation(variationId),
        body: { judgement },
      }),
    ),
  withdraw: (variationId: string) =>
    body(api.DELETE('/api/v1/variations/{variation_id}/judgement', variation(variationId))),
  nextPair: (projectId: string) =>
    body(api.GET('/api/v1/projects/{project_id}/pairs/next', project(projectId))),
  answerPair: (projectId: string, token: string, judgement: Judgement) =>
    body(
      api.POST('/api/v1/projects/{project_id}/pairs', {
        ...project(projectId),
        body: { token, judgement },
      }),
    ),
};

export const alerts = {
  list: (projectId: string) =>
    body(api.GET('/api/v1/projects/{project_id}/alerts', project(projectId))),
  snooze: (id: string, reason: string, days: number) =>
    body(api.POST('/api/v1/alerts/{alert_id}/snooze', { ...alert(id), body: { reason, days } })),
  close: (id: string) => body(api.POST('/api/v1/alerts/{alert_id}/close', alert(id))),
  reopen: (id: string) => body(api.POST('/api/v1/alerts/{alert_id}/reopen', alert(id))),
};

export const golden = {
  read: (id: string) => body(api.GET('/api/v1/characters/{character_id}/golden', character(id))),
  setSlots: (id: string, slots: GoldenSlot[]) =>
    body(api.PUT('/api/v1/characters/{character_id}/golden', { ...character(id), body: slots })),
  run: (id: string) =>
    body(api.POST('/api/v1/characters/{character_id}/golden/runs', character(id))),
};
