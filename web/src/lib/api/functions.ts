/** Requests about the installed functions. */
import { api, body } from './client';

export const functions = {
  list: () => body(api.GET('/api/v1/functions')),
};
