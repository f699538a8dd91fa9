/** Failures as the server explains them: problem+json with a sentence and a way out. */
import type { FieldConflict, ProblemBody } from './types';

export class Problem extends Error {
  /** HTTP status; 0 when the server was not reached. */
  readonly status: number;
  readonly code: string;
  /** What to do next, in the artist's words. */
  readonly wayOut: string | null;
  /** What is wrong, by field of a form. */
  readonly fields: Record<string, string>;
  /** On a stale write: the record as it is now. */
  readonly current: unknown;
  /** Where two people changed the same field: both values. */
  readonly conflicts: readonly FieldConflict[];

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.detail ?? body.title ?? 'Something went wrong.');
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.wayOut = body.try ?? null;
    this.fields = Object.fromEntries((body.fields ?? []).map((f) => [f.field, f.detail]));
    this.current = body['current'] ?? null;
    this.conflicts = (body['conflicts'] as FieldConflict[] | undefined) ?? [];
  }

  /** True when trying again may help: no connection, or the server is briefly overloaded. */
  get isPassing(): boolean {
    return [0, 429, 502, 503, 504].includes(this.status);
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
export function problemFrom(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null) return new Problem(status, body);
  const passing = status >= 500;
  return new Problem(status, {
    code: `http_${status}`,
    detail: passing ? 'The server could not finish this.' : `The server refused this (${status}).`,
    ...(passing ? { try: 'Try again in a moment.' } : {}),
  });
}

/** The same for a body that was not parsed yet. */
export function problemFromText(status: number, text: string): Problem {
  try {
    return problemFrom(status, JSON.parse(text));
  } catch {
    return problemFrom(status, null);
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return offlineProblem();
  return new Problem(500, { detail: error instanceof Error ? error.message : String(error) });
}
