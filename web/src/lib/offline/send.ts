/** How each kind of change is sent. Under its key the server applies it once, however often it comes. */
import { api, body } from '$lib/api/client';
import type { CharacterRead, DecisionRead, NoteRead, Schemas, VariationRead } from '$lib/api/types';
import type { Change } from './changes';

/** The record that the server answered, by the kind of record. */
export type Landed =
  | { noun: 'character'; record: CharacterRead }
  | { noun: 'variation'; record: VariationRead }
  | { noun: 'decision'; record: DecisionRead }
  | { noun: 'note'; record: NoteRead };

export type Send = (change: Change, signal: AbortSignal) => Promise<Landed>;

export const send: Send = async ({ id, what }, signal) => {
  const header = { 'Idempotency-Key': id };
  switch (what.kind) {
    case 'field': {
      const change = {
        version: what.version,
        [what.field]: what.value,
        seen: { [what.field]: what.seen },
      };
      const params = { path: { character_id: what.characterId }, header };
      const request = api.PATCH('/api/v1/characters/{character_id}', {
        params,
        body: change,
        signal,
      });
      return { noun: 'character', record: await body(request) };
    }
    case 'verdict': {
      const params = { path: { variation_id: what.variationId }, header };
      const request = api.PATCH('/api/v1/variations/{variation_id}', {
        params,
        body: what.change,
        signal,
      });
      return { noun: 'variation', record: await body(request) };
    }
    case 'vote': {
      const path = { decision_id: what.decisionId, candidate_id: what.candidateId };
      const request = api.PUT('/api/v1/decisions/{decision_id}/votes/{candidate_id}', {
        params: { path, header },
        body: what.vote,
        signal,
      });
      return { noun: 'decision', record: await body(request) };
    }
    case 'pair': {
      const request = api.POST('/api/v1/decisions/{decision_id}/pairs', {
        params: { path: { decision_id: what.decisionId }, header },
        body: what.pair,
        signal,
      });
      return { noun: 'decision', record: await body(request) };
    }
    case 'comment': {
      const request = api.POST('/api/v1/decisions/{decision_id}/comments', {
        params: { path: { decision_id: what.decisionId }, header },
        body: {
          text: what.text,
          candidate_id: what.candidateId,
          mentions: what.mentions ?? [],
        },
        signal,
      });
      return { noun: 'decision', record: await body(request) };
    }
    case 'note': {
      const request = api.POST('/api/v1/variations/{variation_id}/notes', {
        params: { path: { variation_id: what.variationId } },
        body: what.note as Schemas['NoteWrite'],
        signal,
      });
      return { noun: 'note', record: await body(request) };
    }
    case 'answer': {
      const request = api.POST('/api/v1/notes/{note_id}/replies', {
        params: { path: { note_id: what.noteId } },
        body: what.answer,
        signal,
      });
      return { noun: 'note', record: await body(request) };
    }
    case 'words': {
      const params = { path: { note_id: what.noteId }, header };
      const request = api.PATCH('/api/v1/notes/{note_id}', { params, body: what.change, signal });
      return { noun: 'note', record: await body(request) };
    }
    case 'settle': {
      const params = { path: { note_id: what.noteId }, header };
      const request = api.PUT('/api/v1/notes/{note_id}/resolved', {
        params,
        body: { resolved: what.resolved },
        signal,
      });
      return { noun: 'note', record: await body(request) };
    }
    case 'tick': {
      const params = { path: { note_id: what.noteId, number: what.number }, header };
      const request = api.PUT('/api/v1/notes/{note_id}/checklist/{number}', {
        params,
        body: { done: what.done, ...(what.line === undefined ? {} : { line: what.line }) },
        signal,
      });
      return { noun: 'note', record: await body(request) };
    }
    case 'text':
      throw new Error('Words that were refused are not sent again.');
  }
};
