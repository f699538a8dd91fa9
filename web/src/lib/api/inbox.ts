/** Requests about notices, and about whose news somebody follows. */
import { api, body } from './client';
import type { NoticeGroup } from './types';

const character = (character_id: string) => ({ params: { path: { character_id } } });

export interface NoticeQuery {
  group?: NoticeGroup | null;
  unread?: boolean;
  cursor?: string | null;
  limit?: number;
}

export const inbox = {
  list: (query: NoticeQuery = {}) => body(api.GET('/api/v1/inbox', { params: { query } })),
  unread: () => body(api.GET('/api/v1/inbox/unread')),
  /** Some, those under a heading, or with neither all of them. */
  markRead: (what: { ids?: string[]; group?: NoticeGroup | null }) =>
    body(api.POST('/api/v1/inbox/read', { body: what })),
  markUnread: (what: { ids?: string[]; marked_at?: string }) =>
    body(api.POST('/api/v1/inbox/unread', { body: what })),
  following: (id: string) =>
    body(api.GET('/api/v1/characters/{character_id}/following', character(id))),
  follow: (id: string) =>
    body(api.PUT('/api/v1/characters/{character_id}/following', character(id))),
  unfollow: (id: string) =>
    body(api.DELETE('/api/v1/characters/{character_id}/following', character(id))),
};
