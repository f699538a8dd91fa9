import type { FileRef } from './types';

export type Variant = 'thumb' | 'preview' | 'original';

/** Address of a stored picture; the browser's session cookie opens it. */
export function fileUrl(file: Pick<FileRef, 'id'>, variant: Variant): string {
  return `/api/v1/files/${file.id}/${variant}`;
}

export function sheetUrl(characterId: string, format: 'png' | 'pdf'): string {
  return `/api/v1/characters/${characterId}/sheet.${format}`;
}

/** Every number of the consistency page, to compute with elsewhere. */
export function consistencyUrl(characterId: string, format: 'csv' | 'json'): string {
  return `/api/v1/characters/${characterId}/consistency.${format}`;
}
