/** Requests to the API, typed by the server's own description of it. */
import createClient from 'openapi-fetch';
import { asProblem, problemFrom } from './problem';
import type { paths } from './schema';

let onSignedOut: (() => void) | null = null;

/** Called whenever the server answers "not signed in". */
export function whenSignedOut(run: () => void): void {
  onSignedOut = run;
}

/** The header tells the server that a page of ours sent this, not another site's form. */
export const OWN_PAGE_HEADER = { 'X-OnModel': '1' };

export const api = createClient<paths>({ headers: OWN_PAGE_HEADER });

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer; throws a Problem when the server refused or cannot be reached. */
export async function body<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    throw asProblem(error);
  }
  if (answer.response.ok) return answer.data as T;
  const problem = problemFrom(answer.response.status, answer.error);
  if (problem.code === 'not_signed_in') onSignedOut?.();
  throw problem;
}
