/** Every request the app makes, by noun. Nothing else builds API paths. */
import { ask } from './client';
import type {
  CharacterRead,
  HistoryEntry,
  Importance,
  Invitation,
  MemberRead,
  Page,
  PersonRead,
  ProjectCard,
  ProjectDetail,
  ProjectState,
  ProjectTeamRead,
  ReferenceRead,
  Role,
  SessionRead,
  TeamRead,
  Tier,
  TokenRead,
  TrainingJobRead,
  UserRead,
  VariationRead,
} from './types';

export const accounts = {
  me: () => ask<UserRead>('GET', '/me'),
  signIn: (username: string, password: string) =>
    ask<UserRead>('POST', '/auth/sign-in', { body: { username, password } }),
  signOut: () => ask<undefined>('POST', '/auth/sign-out'),
  update: (change: {
    name?: string;
    colour?: string;
    password?: string;
    current_password?: string;
  }) => ask<UserRead>('PATCH', '/me', { body: change }),
  sessions: () => ask<SessionRead[]>('GET', '/me/sessions'),
  endSession: (id: string) => ask<undefined>('DELETE', `/me/sessions/${id}`),
  tokens: () => ask<TokenRead[]>('GET', '/me/tokens'),
  createToken: (name: string) =>
    ask<TokenRead & { token: string }>('POST', '/me/tokens', { body: { name } }),
  revokeToken: (id: string) => ask<undefined>('DELETE', `/me/tokens/${id}`),
  openLink: (token: string) => ask<UserRead>('POST', '/auth/link', { query: { token } }),
  people: () => ask<PersonRead[]>('GET', '/people'),
  users: () => ask<UserRead[]>('GET', '/users'),
  createUser: (user: { name: string; username: string; is_admin: boolean }) =>
    ask<Invitation>('POST', '/users', { body: user }),
  newLink: (userId: string) => ask<Invitation>('POST', `/users/${userId}/link`),
  updateUser: (userId: string, change: { is_admin?: boolean; disabled?: boolean }) =>
    ask<UserRead>('PATCH', `/users/${userId}`, { body: change }),
  teams: () => ask<TeamRead[]>('GET', '/teams'),
  createTeam: (name: string) => ask<TeamRead>('POST', '/teams', { body: { name } }),
  addToTeam: (teamId: string, userId: string) =>
    ask<undefined>('PUT', `/teams/${teamId}/members/${userId}`),
  removeFromTeam: (teamId: string, userId: string) =>
    ask<undefined>('DELETE', `/teams/${teamId}/members/${userId}`),
};

export interface NewProject {
  title: string;
  description: string;
  settings: { aspect_ratio: string; quality: Tier };
}

export const projects = {
  list: () => ask<ProjectCard[]>('GET', '/projects'),
  create: (project: NewProject) => ask<ProjectDetail>('POST', '/projects', { body: project }),
  state: (id: string) => ask<ProjectState>('GET', `/projects/${id}/state`),
  members: (id: string) => ask<MemberRead[]>('GET', `/projects/${id}/members`),
  setMember: (id: string, userId: string, role: Role) =>
    ask<undefined>('PUT', `/projects/${id}/members/${userId}`, { body: { role } }),
  removeMember: (id: string, userId: string) =>
    ask<undefined>('DELETE', `/projects/${id}/members/${userId}`),
  update: (id: string, version: number, change: Partial<NewProject>) =>
    ask<ProjectDetail>('PUT', `/projects/${id}`, { body: { ...change, version } }),
  teams: (id: string) => ask<ProjectTeamRead[]>('GET', `/projects/${id}/teams`),
  setTeam: (id: string, teamId: string, role: Role) =>
    ask<undefined>('PUT', `/projects/${id}/teams/${teamId}`, { body: { role } }),
  removeTeam: (id: string, teamId: string) =>
    ask<undefined>('DELETE', `/projects/${id}/teams/${teamId}`),
};

export interface NewCharacter {
  name: string;
  description?: string;
  trigger_word?: string;
  importance?: Importance;
  tier?: Tier;
  tags?: string[];
}

export type CharacterChange = Partial<
  Pick<
    CharacterRead,
    | 'name'
    | 'description'
    | 'trigger_word'
    | 'importance'
    | 'tier'
    | 'tags'
    | 'positive_prompt'
    | 'negative_prompt'
    | 'licence'
    | 'consent'
  >
>;

export interface CharacterQuery {
  q?: string;
  tag?: string | null;
  tier?: string | null;
  state?: string | null;
  sort?: string;
  cursor?: string | null;
  limit?: number;
}

export const characters = {
  list: (projectId: string, query: CharacterQuery) =>
    ask<Page<CharacterRead>>('GET', `/projects/${projectId}/characters`, { query: { ...query } }),
  get: (id: string) => ask<CharacterRead>('GET', `/characters/${id}`),
  create: (projectId: string, character: NewCharacter) =>
    ask<CharacterRead>('POST', `/projects/${projectId}/characters`, { body: character }),
  update: (id: string, version: number, change: CharacterChange) =>
    ask<CharacterRead>('PATCH', `/characters/${id}`, { body: { ...change, version } }),
  remove: (id: string) => ask<undefined>('DELETE', `/characters/${id}`),
  restore: (id: string) => ask<CharacterRead>('POST', `/characters/${id}/restore`),
  history: (id: string) => ask<Page<HistoryEntry>>('GET', `/characters/${id}/history`),
};

export const references = {
  list: (characterId: string) =>
    ask<ReferenceRead[]>('GET', `/characters/${characterId}/references`),
  uploadUrl: (characterId: string) => `/api/v1/characters/${characterId}/references`,
  remove: (id: string) => ask<undefined>('DELETE', `/references/${id}`),
  restore: (id: string) => ask<ReferenceRead>('POST', `/references/${id}/restore`),
  useAsBase: (id: string) => ask<CharacterRead>('POST', `/references/${id}/base`),
};

export const training = {
  start: (characterId: string, quality: Tier) =>
    ask<TrainingJobRead>('POST', `/characters/${characterId}/train`, { body: { quality } }),
  list: (characterId: string) =>
    ask<TrainingJobRead[]>('GET', `/characters/${characterId}/training`),
  cancel: (jobId: string) => ask<TrainingJobRead>('POST', `/training/${jobId}/cancel`),
};

export const variations = {
  list: (characterId: string) =>
    ask<VariationRead[]>('GET', `/characters/${characterId}/variations`),
  generate: (characterId: string, keys: string[] | null) =>
    ask<VariationRead[]>('POST', `/characters/${characterId}/variations`, { body: { keys } }),
  review: (id: string, change: { verdict?: 'approved' | 'rejected' | null; starred?: boolean }) =>
    ask<VariationRead>('PATCH', `/variations/${id}`, { body: change }),
  regenerate: (id: string) =>
    ask<VariationRead>('POST', `/variations/${id}/regenerate`, { body: {} }),
  confirm: (id: string) => ask<VariationRead>('POST', `/variations/${id}/confirm`),
  discard: (id: string) => ask<undefined>('POST', `/variations/${id}/discard`),
  cancel: (id: string) => ask<VariationRead>('POST', `/variations/${id}/cancel`),
};
