/** Requests about the versions of a character. */
import { api, body } from './client';

const character = (character_id: string) => ({ path: { character_id } });
const version = (character_id: string, number: number) => ({ path: { character_id, number } });

export const versions = {
  /** Newest first, those before a number. */
  list: (characterId: string, before?: number) =>
    body(
      api.GET('/api/v1/characters/{character_id}/versions', {
        params: { ...character(characterId), query: { before } },
      }),
    ),
  names: (characterId: string) =>
    body(
      api.GET('/api/v1/characters/{character_id}/version-names', {
        params: character(characterId),
      }),
    ),
  compare: (characterId: string, from: number, to: number) =>
    body(
      api.GET('/api/v1/characters/{character_id}/versions/{number}/difference', {
        params: { ...version(characterId, to), query: { since: from } },
      }),
    ),
  goBack: (characterId: string, number: number, onto: number, parts: string[] | null) =>
    body(
      api.POST('/api/v1/characters/{character_id}/versions/{number}/restore', {
        params: version(characterId, number),
        body: { onto, parts },
      }),
    ),
  name: (characterId: string, number: number, name: string, note: string) =>
    body(
      api.POST('/api/v1/characters/{character_id}/versions/{number}/names', {
        params: version(characterId, number),
        body: { name, note },
      }),
    ),
};
