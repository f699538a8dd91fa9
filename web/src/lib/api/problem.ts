/** Failures as the server explains them: problem+json with a sentence and a way out. */

export interface ProblemBody {
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  try?: string | null;
  fields?: { field: string; detail: string }[];
  current?: unknown;
}

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** What to do next, in the artist's words. */
  readonly wayOut: string | null;
  readonly fields: Record<string, string>;
  /** On a stale write: the record as it is now. */
  readonly current: unknown;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? 'Something went wrong.');
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.wayOut = body.try ?? null;
    this.fields = Object.fromEntries((body.fields ?? []).map((f) => [f.field, f.detail]));
    this.current = body.current ?? null;
  }

  /** True when trying again may help: no connection, or the server is briefly overloaded. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503;
  }
}

export function offlineProblem(): Problem {
  return new Problem(0, {
    code: 'offline',
    detail: 'The server cannot be reached.',
    try: 'Check that OnModel is running; the page reconnects by itself.',
  });
}

/** Turns any answer body into a Problem, also one that a proxy made and that is not JSON. */
export function problemFrom(status: number, text: string): Problem {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return new Problem(status, body);
  } catch {
    // Not JSON: fall through to a plain sentence.
  }
  return new Problem(status, {
    code: `http_${status}`,
    detail:
      status >= 500 ? 'The server could not finish this.' : `The server refused this (${status}).`,
    try: status >= 500 ? 'Try again in a moment.' : null,
  });
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return offlineProblem();
  return new Problem(500, { detail: error instanceof Error ? error.message : String(error) });
}
