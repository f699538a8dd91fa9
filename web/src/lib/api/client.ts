import { asProblem, problemFrom } from './problem';

type Query = Record<string, string | number | boolean | null | undefined>;

export interface Ask {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
}

let onSignedOut: (() => void) | null = null;

/** Called whenever the server answers "not signed in". */
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

/** One request to /api/v1; answers the parsed body or throws a Problem. */
export async function ask<T>(method: string, path: string, options: Ask = {}): Promise<T> {
  const url = new URL(`/api/v1${path}`, location.origin);
  for (const [key, value] of Object.entries(options.query ?? {})) {
    if (value !== null && value !== undefined && value !== '')
      url.searchParams.set(key, `${value}`);
  }
  const headers: Record<string, string> = { Accept: 'application/json', 'X-OnModel': '1' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    throw asProblem(error);
  }
  const text = await response.text();
  if (!response.ok) {
    const problem = problemFrom(response.status, text);
    if (response.status === 401 && path !== '/auth/sign-in') onSignedOut?.();
    throw problem;
  }
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
