/** Requests about notes on pictures. */
import { api, body } from './client';
import type { NoteWrite, Schemas } from './types';

const note = (note_id: string) => ({ params: { path: { note_id } } });
const variation = (variation_id: string) => ({ params: { path: { variation_id } } });

export const notes = {
  list: (character_id: string) =>
    body(
      api.GET('/api/v1/characters/{character_id}/notes', { params: { path: { character_id } } }),
    ),
  carried: (variationId: string) =>
    body(api.GET('/api/v1/variations/{variation_id}/carried-notes', variation(variationId))),
  add: (variationId: string, fresh: NoteWrite) =>
    body(
      api.POST('/api/v1/variations/{variation_id}/notes', {
        ...variation(variationId),
        body: fresh as Schemas['NoteWrite'],
      }),
    ),
  reply: (id: string, answer: { id: string; text: string; mentions: string[] }) =>
    body(api.POST('/api/v1/notes/{note_id}/replies', { ...note(id), body: answer })),
  open: (id: string, change: { version: number; together: boolean }) =>
    body(api.PATCH('/api/v1/notes/{note_id}', { ...note(id), body: change })),
  settle: (id: string, resolved: boolean) =>
    body(api.PUT('/api/v1/notes/{note_id}/resolved', { ...note(id), body: { resolved } })),
  remove: (id: string) => body(api.DELETE('/api/v1/notes/{note_id}', note(id))),
  restore: (id: string) => body(api.POST('/api/v1/notes/{note_id}/restore', note(id))),
};
