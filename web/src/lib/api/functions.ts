/** Requests about the installed functions. */
import { api, body } from './client';
import type { FunctionRead } from './types';

const one = (name: string) => ({ params: { path: { name } } });

export const functions = {
  list: () => body(api.GET('/api/v1/functions')),
  read: (name: string) => body(api.GET('/api/v1/functions/{name}', one(name))),
  /** The terms go along as they were read, so that nobody accepts others by accident. */
  accept: ({ name, terms }: FunctionRead) =>
    body(api.POST('/api/v1/functions/{name}/licence', { ...one(name), body: { terms } })),
  withdraw: (name: string) => body(api.DELETE('/api/v1/functions/{name}/licence', one(name))),
  fetch: (name: string) => body(api.POST('/api/v1/functions/{name}/pull', one(name))),
  stop: (name: string) => body(api.DELETE('/api/v1/functions/{name}/pull', one(name))),
};
