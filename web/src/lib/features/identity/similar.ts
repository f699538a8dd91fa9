/** What a search of the library found, in words. */
import type { SimilarPicture, SimilarRead } from '$lib/api/types';
import { count } from '$lib/format';
import type { links as Links } from '$lib/links';

/** A picture is looked at where it belongs; a reference stands on its character's page. */
export function hrefOf(links: typeof Links, picture: SimilarPicture): string {
  return picture.kind === 'variation'
    ? links.variation(picture.project_id, picture.character_id, picture.id)
    : links.character(picture.project_id, picture.character_id);
}

/** "24 nearest pictures in 12 ms, 3 of somebody else." */
export function sayingOf(read: SimilarRead, characterId: string): string {
  if (read.pictures.length === 0) return 'Nothing in the library can be compared with this.';
  const others = read.pictures.filter((picture) => picture.character_id !== characterId).length;
  const found = `The ${count(read.pictures.length, 'nearest picture')}, found in ${milliseconds(read.milliseconds)}`;
  return others === 0
    ? `${found}; all of them are this character.`
    : `${found}; ${others} of somebody else.`;
}

function milliseconds(value: number): string {
  return value < 1 ? 'under 1 ms' : `${Math.round(value)} ms`;
}
