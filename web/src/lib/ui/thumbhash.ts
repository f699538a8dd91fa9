import { thumbHashToDataURL } from 'thumbhash';

const CACHE_SIZE = 4_000;
const cache = new Map<string, string>();

/** A tiny blurred stand-in for a picture, from its base64 hash; empty when there is none. */
export function placeholder(hash: string | null | undefined): string {
  if (!hash) return '';
  const known = cache.get(hash);
  if (known !== undefined) return known;
  let url = '';
  try {
    url = thumbHashToDataURL(Uint8Array.from(atob(hash), (char) => char.charCodeAt(0)));
  } catch {
    // A hash that cannot be read costs the blur, nothing else.
  }
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(hash, url);
  return url;
}
