/** Requests about notifications outside of OnModel. */
import { api, body } from './client';
import type { Schemas } from './types';

export type Medium = 'push' | 'email' | 'chat';
export type Place = Schemas['DestinationRead'];
export type Wishes = Schemas['PreferencesWrite'];
export type NotificationSettings = Schemas['NotificationSettings'];

const place = (destination_id: string) => ({ params: { path: { destination_id } } });

export const channels = {
  read: () => body(api.GET('/api/v1/me/notifications')),
  save: (wishes: Wishes) => body(api.PUT('/api/v1/me/notifications/preferences', { body: wishes })),
  addAddress: (address: string, label: string) =>
    body(api.POST('/api/v1/me/notifications/destinations', { body: { address, label } })),
  addBrowser: (browser: Schemas['BrowserWrite']) =>
    body(api.POST('/api/v1/me/notifications/browsers', { body: browser })),
  remove: (id: string) =>
    body(api.DELETE('/api/v1/me/notifications/destinations/{destination_id}', place(id))),
  sendTest: (id: string) =>
    body(api.POST('/api/v1/me/notifications/destinations/{destination_id}/test', place(id))),
  readTest: (test_id: string) =>
    body(api.GET('/api/v1/me/notifications/tests/{test_id}', { params: { path: { test_id } } })),
};
