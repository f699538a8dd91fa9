/** Small whole records for tests. */
import type {
  AlertRead,
  CharacterRead,
  ConsistencyItem,
  ConsistencyRead,
  FileRef,
  FunctionRead,
  NoteRead,
  QueueItem,
  ReferenceRead,
  TrainingJobRead,
  VariationRead,
} from '../../src/lib/api/types';

export const file: FileRef = {
  id: 'f1',
  media_type: 'image/png',
  width: 100,
  height: 100,
  bytes: 10,
  thumbhash: null,
};

export function character(over: Partial<CharacterRead> = {}): CharacterRead {
  return {
    id: 'c1',
    project_id: 'p1',
    name: 'Mara',
    description: '',
    trigger_word: 'mara',
    importance: 'lead',
    tier: 'low',
    tags: [],
    positive_prompt: '',
    negative_prompt: '',
    licence: '',
    consent: '',
    cover: null,
    base_reference_id: null,
    reference_count: 0,
    usable_reference_count: 0,
    variation_count: 0,
    training: null,
    adapter: null,
    version: 1,
    created_by: 'u1',
    created_at: '2026-01-01T00:00:00Z',
    updated_by: 'u1',
    updated_at: '2026-01-01T00:00:00Z',
    removed_at: null,
    ...over,
  };
}

export function reference(over: Partial<ReferenceRead> = {}): ReferenceRead {
  return {
    id: 'r1',
    project_id: 'p1',
    character_id: 'c1',
    file,
    name: 'one.png',
    state: 'ready',
    verdict: 'helps',
    findings: [],
    face: null,
    is_base: false,
    created_by: 'u1',
    created_at: '2026-01-01T00:00:00Z',
    removed_at: null,
    ...over,
  };
}

export function job(over: Partial<TrainingJobRead> = {}): TrainingJobRead {
  return {
    id: 'j1',
    character_id: 'c1',
    state: 'running',
    progress: 0,
    step: '',
    eta_s: null,
    position: null,
    asked_tier: 'low',
    used_tier: null,
    function: null,
    function_reason: null,
    function_reason_code: null,
    curve: null,
    error: null,
    created_by: 'u1',
    created_at: '2026-01-01T00:00:00Z',
    started_at: null,
    finished_at: null,
    ...over,
  } as TrainingJobRead;
}

export function variation(over: Partial<VariationRead> = {}): VariationRead {
  return {
    id: 'v1',
    character_id: 'c1',
    section: 'expression',
    key: 'expression/happy',
    label: 'Happy',
    state: 'succeeded',
    progress: 100,
    file,
    preview: true,
    commercial: true,
    p_same: 0.97,
    p_same_low: null,
    p_same_high: null,
    fidelity: 60,
    measurable: 'measured',
    reason: null,
    judge: null,
    crop: null,
    copy_paste: false,
    verdict: null,
    starred: false,
    current: true,
    candidate_of: null,
    golden_run_id: null,
    recipe: null,
    error: null,
    created_by: 'u1',
    created_at: '2026-01-01T00:00:00Z',
    ...over,
  } as VariationRead;
}

export function item(over: Partial<ConsistencyItem> = {}): ConsistencyItem {
  return {
    variation: variation(),
    verdicts: { same: 0, not_same: 0, cant_tell: 0, mine: null },
    closest_other: null,
    attributes: [],
    alert_id: null,
    ...over,
  };
}

export function consistency(over: Partial<ConsistencyRead> = {}): ConsistencyRead {
  return {
    character_id: 'c1',
    route: 'photographic',
    route_choice: 'auto',
    encoder: 'dlib-resnet-v1',
    calibration_version: 1,
    basis: 'degraded pairs',
    coverage: { measured: 1, expected: 1, reasons: {} },
    mean_p_same: 0.97,
    mean_fidelity: 60,
    copy_paste: 0,
    coherence: { mean: null, lowest: null, lowest_pair: null, pairs: 0 },
    items: [item()],
    matrix_ids: [],
    matrix: [],
    drift: [],
    off_model_below: 0.5,
    ...over,
  };
}

export function alert(over: Partial<AlertRead> = {}): AlertRead {
  return {
    id: 'a1',
    project_id: 'p1',
    character_id: 'c1',
    character_name: 'Mara',
    variation: variation({ p_same: 0.1 }),
    reference_file: null,
    p_same: 0.1,
    below: 0.5,
    state: 'open',
    snoozed_until: null,
    reason: null,
    handled_by: null,
    owner_id: 'u1',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    ...over,
  };
}

export function modelFunction(over: Partial<FunctionRead> = {}): FunctionRead {
  return {
    name: 'puppet',
    version: '0.1.0',
    title: 'Puppet',
    summary: 'Moves one photograph.',
    tasks: ['character.generate_variation'],
    preview: false,
    licence: 'Apache-2.0',
    licence_url: null,
    commercial: true,
    terms: [],
    acceptance: null,
    enabled: true,
    installed: true,
    install: null,
    pull: null,
    problem: null,
    tiers: [
      {
        tier: 'low',
        vram_mb: 0,
        median_seconds: null,
        runs: 0,
        chance: { code: 'chosen', sentence: 'Chosen by itself.' },
      },
    ],
    weights: [],
    memory_mb: 2048,
    run_seconds: 120,
    warm: [],
    health: {
      succeeded: 0,
      refused: 0,
      failed: 0,
      running: 0,
      last_at: null,
      last_failure_at: null,
      last_failure_code: null,
    },
    tested: null,
    unfit: [],
    ...over,
  };
}

export function queueItem(over: Partial<QueueItem> = {}): QueueItem {
  return {
    id: 'q1',
    project_id: 'p1',
    project_title: 'The Long Night',
    task: 'character.generate_variation',
    subject_kind: 'variation',
    subject_id: 'v1',
    label: 'Happy',
    character: { id: 'c1', name: 'Mara', cover: null },
    picture: null,
    person: { id: 'u1', username: 'ada', name: 'Ada', colour: '#e07a5f' },
    state: 'queued',
    position: 1,
    after: [],
    urgent: false,
    due_at: null,
    hold: null,
    eta_s: null,
    eta_error_s: null,
    progress: 0,
    step: '',
    tier_asked: 'low',
    tier_used: null,
    tier_reason: null,
    tier_reason_code: null,
    function: null,
    terms: [],
    function_reason: null,
    function_reason_code: null,
    worker: null,
    attempt: 0,
    curve: null,
    error: null,
    created_at: '2026-01-01T00:00:00Z',
    started_at: null,
    finished_at: null,
    seconds: null,
    rights: ['cancel', 'pause', 'move'],
    ...over,
  };
}

export function note(over: Partial<NoteRead> = {}): NoteRead {
  return {
    id: 'n1',
    project_id: 'p1',
    character_id: 'c1',
    variation_id: 'v1',
    key: 'expression/happy',
    label: 'Happy',
    parent_id: null,
    number: 1,
    mark: { kind: 'point', at: [0.5, 0.5] },
    on_face: true,
    text: 'Eyes wider',
    mentions: [],
    version: 1,
    resolved_at: null,
    resolved_by: null,
    created_by: 'u1',
    created_at: '2026-01-01T00:00:00Z',
    edited_at: null,
    ...over,
  };
}
