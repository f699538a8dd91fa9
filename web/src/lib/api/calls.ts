/** Every request that the app makes, by noun. */
import { api, body } from './client';
import type { operations } from './schema';
import type {
  CharacterRead,
  GenerateRequest,
  NewCharacter,
  NewProject,
  NewUser,
  Role,
  Tier,
  Verdict,
} from './types';

type Query<Operation extends keyof operations> = operations[Operation]['parameters']['query'];

export const accounts = {
  me: () => body(api.GET('/api/v1/me')),
  signIn: (username: string, password: string) =>
    body(api.POST('/api/v1/auth/sign-in', { body: { username, password } })),
  signOut: () => body(api.POST('/api/v1/auth/sign-out')),
  openLink: (token: string) =>
    body(api.POST('/api/v1/auth/link', { params: { query: { token } } })),
  update: (change: {
    name?: string;
    colour?: string;
    password?: string;
    current_password?: string;
  }) => body(api.PATCH('/api/v1/me', { body: change })),
  sessions: () => body(api.GET('/api/v1/me/sessions')),
  endSession: (session_id: string) =>
    body(api.DELETE('/api/v1/me/sessions/{session_id}', { params: { path: { session_id } } })),
  tokens: () => body(api.GET('/api/v1/me/tokens')),
  createToken: (name: string) => body(api.POST('/api/v1/me/tokens', { body: { name } })),
  revokeToken: (token_id: string) =>
    body(api.DELETE('/api/v1/me/tokens/{token_id}', { params: { path: { token_id } } })),
  people: () => body(api.GET('/api/v1/people')),
  users: () => body(api.GET('/api/v1/users')),
  createUser: (user: NewUser) => body(api.POST('/api/v1/users', { body: user })),
  newLink: (user_id: string) =>
    body(api.POST('/api/v1/users/{user_id}/link', { params: { path: { user_id } } })),
  updateUser: (user_id: string, change: { is_admin?: boolean; disabled?: boolean }) =>
    body(api.PATCH('/api/v1/users/{user_id}', { params: { path: { user_id } }, body: change })),
  teams: () => body(api.GET('/api/v1/teams')),
  createTeam: (name: string) => body(api.POST('/api/v1/teams', { body: { name } })),
  addToTeam: (team_id: string, user_id: string) =>
    body(
      api.PUT('/api/v1/teams/{team_id}/members/{user_id}', {
        params: { path: { team_id, user_id } },
      }),
    ),
  removeFromTeam: (team_id: string, user_id: string) =>
    body(
      api.DELETE('/api/v1/teams/{team_id}/members/{user_id}', {
        params: { path: { team_id, user_id } },
      }),
    ),
};

export const projects = {
  list: () => body(api.GET('/api/v1/projects')),
  create: (project: NewProject) => body(api.POST('/api/v1/projects', { body: project })),
  state: (project_id: string) =>
    body(api.GET('/api/v1/projects/{project_id}/state', { params: { path: { project_id } } })),
  members: (project_id: string) =>
    body(api.GET('/api/v1/projects/{project_id}/members', { params: { path: { project_id } } })),
  setMember: (project_id: string, user_id: string, role: Role) =>
    body(
      api.PUT('/api/v1/projects/{project_id}/members/{user_id}', {
        params: { path: { project_id, user_id } },
        body: { role },
      }),
    ),
  removeMember: (project_id: string, user_id: string) =>
    body(
      api.DELETE('/api/v1/projects/{project_id}/members/{user_id}', {
        params: { path: { project_id, user_id } },
      }),
    ),
  repository: (project_id: string, limit: number) =>
    body(
      api.GET('/api/v1/projects/{project_id}/repository', {
        params: { path: { project_id }, query: { limit } },
      }),
    ),
  teams: (project_id: string) =>
    body(api.GET('/api/v1/projects/{project_id}/teams', { params: { path: { project_id } } })),
  setTeam: (project_id: string, team_id: string, role: Role) =>
    body(
      api.PUT('/api/v1/projects/{project_id}/teams/{team_id}', {
        params: { path: { project_id, team_id } },
        body: { role },
      }),
    ),
  removeTeam: (project_id: string, team_id: string) =>
    body(
      api.DELETE('/api/v1/projects/{project_id}/teams/{team_id}', {
        params: { path: { project_id, team_id } },
      }),
    ),
};

/** The facts of a character that a person edits. */
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

type CharacterQuery = Query<'list_characters_api_v1_projects__project_id__characters_get'>;

const character = (character_id: string) => ({ params: { path: { character_id } } });
const reference = (reference_id: string) => ({ params: { path: { reference_id } } });
const job = (job_id: string) => ({ params: { path: { job_id } } });
const variation = (variation_id: string) => ({ params: { path: { variation_id } } });

export const characters = {
  list: (project_id: string, query: CharacterQuery) =>
    body(
      api.GET('/api/v1/projects/{project_id}/characters', {
        params: { path: { project_id }, query },
      }),
    ),
  get: (id: string) => body(api.GET('/api/v1/characters/{character_id}', character(id))),
  create: (project_id: string, fresh: NewCharacter) =>
    body(
      api.POST('/api/v1/projects/{project_id}/characters', {
        params: { path: { project_id } },
        body: fresh,
      }),
    ),
  update: (id: string, version: number, change: CharacterChange) =>
    body(
      api.PATCH('/api/v1/characters/{character_id}', {
        ...character(id),
        body: { ...change, version },
      }),
    ),
  remove: (id: string) => body(api.DELETE('/api/v1/characters/{character_id}', character(id))),
  restore: (id: string) =>
    body(api.POST('/api/v1/characters/{character_id}/restore', character(id))),
  history: (id: string, before?: number) =>
    body(
      api.GET('/api/v1/characters/{character_id}/history', {
        params: { path: { character_id: id }, query: { before } },
      }),
    ),
};

export const references = {
  list: (characterId: string) =>
    body(api.GET('/api/v1/characters/{character_id}/references', character(characterId))),
  /** What the set as a whole lacks. */
  set: (characterId: string) =>
    body(api.GET('/api/v1/characters/{character_id}/reference-set', character(characterId))),
  remove: (id: string) => body(api.DELETE('/api/v1/references/{reference_id}', reference(id))),
  restore: (id: string) =>
    body(api.POST('/api/v1/references/{reference_id}/restore', reference(id))),
  useAsBase: (id: string) =>
    body(api.POST('/api/v1/references/{reference_id}/base', reference(id))),
};

export const training = {
  start: (characterId: string, quality: Tier) =>
    body(
      api.POST('/api/v1/characters/{character_id}/train', {
        ...character(characterId),
        body: { quality },
      }),
    ),
  list: (characterId: string) =>
    body(api.GET('/api/v1/characters/{character_id}/training', character(characterId))),
  cancel: (id: string) => body(api.POST('/api/v1/training/{job_id}/cancel', job(id))),
};

export const variations = {
  standardSet: () => body(api.GET('/api/v1/standard-set')),
  list: (characterId: string) =>
    body(api.GET('/api/v1/characters/{character_id}/variations', character(characterId))),
  /** Starts the given keys, or with null the whole standard sheet, of the present or of a version. */
  generate: (characterId: string, wish: GenerateRequest) =>
    body(
      api.POST('/api/v1/characters/{character_id}/variations', {
        ...character(characterId),
        body: wish,
      }),
    ),
  review: (id: string, change: { verdict?: Verdict | null; starred?: boolean }) =>
    body(api.PATCH('/api/v1/variations/{variation_id}', { ...variation(id), body: change })),
  regenerate: (id: string) =>
    body(api.POST('/api/v1/variations/{variation_id}/regenerate', { ...variation(id), body: {} })),
  confirm: (id: string) =>
    body(api.POST('/api/v1/variations/{variation_id}/confirm', variation(id))),
  discard: (id: string) =>
    body(api.POST('/api/v1/variations/{variation_id}/discard', variation(id))),
  cancel: (id: string) => body(api.POST('/api/v1/variations/{variation_id}/cancel', variation(id))),
  /** How a picture of an earlier version fits the character as it is now. */
  presentScore: (id: string) =>
    body(api.GET('/api/v1/variations/{variation_id}/present-score', variation(id))),
};
