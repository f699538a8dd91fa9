/** How a socket message changes the records of a project: one rule for every noun. */
import type { SocketMessage } from '$lib/api/socket';

export type Noun = 'character' | 'reference' | 'training' | 'variation' | 'project';

export type Change =
  | { kind: 'upsert'; noun: Noun; record: { id: string } & Record<string, unknown> }
  | { kind: 'remove'; noun: Noun; id: string }
  | { kind: 'progress'; ids: string[]; progress: number; step: string; eta_s: number | null }
  | { kind: 'other'; event: string };

const NOUNS = new Set<string>(['character', 'reference', 'training', 'variation', 'project']);
const ID_KEYS: Record<Noun, string> = {
  character: 'character_id',
  reference: 'reference_id',
  training: 'job_id',
  variation: 'variation_id',
  project: 'project_id',
};
const RECORD_EVENT = /^server:([a-z]+)\.(updated|removed)$/;

export function changeOf(message: SocketMessage): Change {
  const other: Change = { kind: 'other', event: message.event };
  const { payload } = message;
  if (message.event === 'server:training.progress' || message.event === 'server:task_progress') {
    return progressOf(payload) ?? other;
  }
  const match = RECORD_EVENT.exec(message.event);
  const noun = match?.[1];
  if (!noun || !NOUNS.has(noun)) return other;
  const known = noun as Noun;
  if (match[2] === 'removed') {
    const id = payload[ID_KEYS[known]];
    return typeof id === 'string' ? { kind: 'remove', noun: known, id } : other;
  }
  const data = payload['data'];
  if (!isRecord(data)) return other;
  const id = data['id'] ?? payload[ID_KEYS[known]];
  if (typeof id !== 'string') return other;
  return { kind: 'upsert', noun: known, record: { ...data, id } };
}

function progressOf(payload: Record<string, unknown>): Change | null {
  const ids = [payload['job_id'], payload['task_id'], payload['node_id']].filter(
    (id): id is string => typeof id === 'string',
  );
  const { progress, step, eta_s: eta } = payload;
  if (ids.length === 0 || typeof progress !== 'number') return null;
  return {
    kind: 'progress',
    ids,
    progress,
    step: typeof step === 'string' ? step : '',
    eta_s: typeof eta === 'number' ? eta : null,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
