/** Records as the server sends them. Names and meaning: docs/glossary.md of the server. */

export type Role = 'owner' | 'editor' | 'reviewer' | 'viewer';
export type Tier = 'low' | 'standard' | 'high';
export type Importance = 'lead' | 'supporting' | 'background';
export type JobState =
  'queued' | 'starting' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'paused';
export type Tone = 'good' | 'info' | 'warn' | 'bad';

export interface PersonRead {
  id: string;
  name: string;
  username: string;
  colour: string;
}

export interface UserRead extends PersonRead {
  is_admin: boolean;
  has_password: boolean;
  created_at: string;
  disabled_at: string | null;
}

export interface Invitation {
  user: UserRead;
  link: string;
  expires_at: string;
}

export interface FileRef {
  id: string;
  media_type: string;
  width: number | null;
  height: number | null;
  bytes: number;
  thumbhash: string | null;
}

export interface ProjectRead {
  id: string;
  title: string;
  description: string;
  settings: { aspect_ratio: string; quality: Tier };
  version: number;
  created_at: string;
  created_by: string | null;
}

export interface ProjectCard extends ProjectRead {
  role: Role;
  character_count: number;
  covers: FileRef[];
}

export interface ProjectDetail extends ProjectRead {
  role: Role;
  seq: number;
}

export interface MemberRead {
  person: PersonRead;
  role: Role;
  /** Names of the teams that bring this person in; empty when it is their own role. */
  through: string[];
}

export interface TeamRead {
  id: string;
  name: string;
  members: PersonRead[];
}

export interface ProjectTeamRead {
  team_id: string;
  name: string;
  role: Role;
}

export interface CharacterRead {
  id: string;
  project_id: string;
  name: string;
  description: string;
  trigger_word: string;
  importance: Importance;
  tier: Tier;
  tags: string[];
  positive_prompt: string;
  negative_prompt: string;
  licence: string;
  consent: string;
  cover: FileRef | null;
  base_reference_id: string | null;
  reference_count: number;
  usable_reference_count: number;
  variation_count: number;
  training: { state: JobState; job_id: string } | null;
  adapter: { id: string; number: number } | null;
  version: number;
  created_by: string | null;
  created_at: string;
  updated_by: string | null;
  updated_at: string;
  removed_at: string | null;
}

export interface FindingRead {
  code: string;
  tone: Tone;
  text: string;
}

export interface FaceRead {
  box: number[];
  face_px: number;
  yaw: number;
  pitch: number;
  angle: string;
  expression: string;
  sharpness: number;
}

export interface ReferenceRead {
  id: string;
  character_id: string;
  file: FileRef;
  name: string;
  state: 'checking' | 'ready' | 'failed';
  verdict: 'helps' | 'neutral' | 'hurts' | null;
  findings: FindingRead[];
  face: FaceRead | null;
  is_base: boolean;
  created_by: string | null;
  created_at: string;
}

export interface ErrorRead {
  code: string;
  detail: string;
  try: string | null;
}

export interface TrainingJobRead {
  id: string;
  character_id: string;
  quality: Tier;
  state: JobState;
  progress: number;
  step: string;
  eta_s: number | null;
  position: number | null;
  asked_tier: Tier;
  used_tier: Tier | null;
  function: string | null;
  error: ErrorRead | null;
  created_by: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface RecipeRead {
  function: string;
  version: string;
  parameters: Record<string, unknown>;
  seed: number;
  inputs: { sha256: string }[];
}

export interface VariationRead {
  id: string;
  character_id: string;
  section: string;
  key: string;
  label: string;
  state: JobState;
  progress: number;
  file: FileRef | null;
  preview: boolean;
  p_same: number | null;
  p_same_low: number | null;
  p_same_high: number | null;
  fidelity: number | null;
  measurable: 'measured' | 'not_measurable' | 'pending';
  reason: string | null;
  judge: Record<string, unknown> | null;
  crop: FileRef | null;
  copy_paste: boolean;
  verdict: 'approved' | 'rejected' | null;
  starred: boolean;
  current: boolean;
  candidate_of: string | null;
  recipe: RecipeRead | null;
  error: ErrorRead | null;
  created_by: string | null;
  created_at: string;
}

export interface PersonHere {
  user_id: string;
  name: string;
  colour: string;
  character_id?: string | null;
}

export interface HistoryEntry {
  seq: number;
  at: string;
  actor_id: string | null;
  event: string;
  /** `verb`, and on edits `fields`: name to [before, after]. */
  change: Record<string, unknown>;
}

export interface ProjectState {
  seq: number;
  project: ProjectDetail;
  members: MemberRead[];
  presence: PersonHere[];
  /** null when there are too many to send at once: the gallery then reads pages. */
  characters: CharacterRead[] | null;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  total?: number | null;
}

export interface SessionRead {
  id: string;
  device: string;
  created_at: string;
  last_seen_at: string;
  current: boolean;
}

export interface TokenRead {
  id: string;
  name: string;
  prefix: string;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
}
