/** A model function in an artist's words. */
import type { FunctionRead, GpuRead } from '$lib/api/types';
import { count, formatAgo, formatBytes } from '$lib/format';

const TASKS: Record<string, string> = {
  'character.train_lora': 'Learns a character from its pictures',
  'character.generate_base': 'Makes the first pictures of a character',
  'character.generate_variation': 'Makes expressions, angles, poses and lights of a character',
  'character.generate_talking': 'Lets a character talk',
  'character.transfer_motion': 'Moves a character as somebody else moved',
  'character.edit_instruction': 'Changes a picture as you say',
  'character.validate_consistency': 'Measures whether pictures show the same character',
  'character.optimize_model': 'Makes a trained character faster',
  'character.deploy_model': 'Gets a trained character ready for other tools',
};

/** What it does; a task that is newer than this page is named as it is. */
export function doesOf(tasks: readonly string[]): string {
  return tasks.map((task) => TASKS[task] ?? task).join('. ');
}

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent';
export interface Standing {
  tone: Tone;
  word: string;
  /** What an artist can expect of it now. */
  text: string;
}

/** From this share of failures on a function is called unreliable. */
const UNRELIABLE = 0.2;

export function standingOf(model: FunctionRead): Standing {
  const { problem, enabled, installed, health, unfit, tasks } = model;
  if (problem) return { tone: 'bad', word: 'Cannot be used', text: problem };
  if (unfit.length > 0 && unfit.length >= tasks.length)
    return { tone: 'bad', word: 'Not chosen', text: unfitText(model) };
  if (!enabled)
    return {
      tone: 'warn',
      word: 'Waits for its licence',
      text: 'Nobody has accepted its terms yet.',
    };
  if (isOutOfReach(model)) return { tone: 'warn', word: 'Not chosen', text: chanceText(model) };
  if (!installed)
    return {
      tone: 'plain',
      word: 'Not installed',
      text: 'An administrator can fetch what is missing on the server.',
    };
  const ended = health.succeeded + health.failed;
  if (ended === 0)
    return { tone: 'good', word: 'Ready', text: 'It has not been used on this server yet.' };
  if (health.failed / ended >= UNRELIABLE)
    return { tone: 'warn', word: 'Fails often', text: healthText(health) };
  return { tone: 'good', word: 'Works', text: healthText(health) };
}

/** Whether no machine could do it in any quality. */
function isOutOfReach({ tiers }: FunctionRead): boolean {
  return (
    tiers.length > 0 &&
    tiers.every(({ chance }) => chance.code === 'no_vram' || chance.code === 'not_offered')
  );
}

/** Why it is not chosen, the same reason said once. */
function chanceText({ tiers }: FunctionRead): string {
  return [...new Set(tiers.map(({ chance }) => chance.sentence.replace(/^Not chosen: /, '')))]
    .map((reason) => reason.charAt(0).toUpperCase() + reason.slice(1))
    .join(' ');
}

/** What stands below a quality: nothing where the function is chosen there, or said above. */
export function chanceNote(model: FunctionRead, tier: FunctionRead['tiers'][number]): string {
  const { code, sentence } = tier.chance;
  const said = ['unfit', 'unaccepted'].includes(code) || isOutOfReach(model);
  return code === 'chosen' || said ? '' : sentence;
}

/** Why it is not chosen for what it says it does; the reasons are for whoever wrote it. */
export function unfitText({ unfit }: FunctionRead): string {
  return unfit
    .map(({ task, reason }) => `It is not chosen for ${task}: ${reason}. Others do it instead.`)
    .join(' ');
}

/** "19 of the last 20 runs worked. 2 more had an input that it could not use." */
function healthText(health: FunctionRead['health']): string {
  const { succeeded, refused, failed, last_at, last_failure_at, last_failure_code } = health;
  const runs = count(succeeded + failed, 'run');
  return [
    failed === 0 ? `${runs}, all worked.` : `${succeeded} of the last ${runs} worked.`,
    refused > 0 ? `${refused} more had an input that it could not use.` : '',
    last_failure_at ? `It last failed ${formatAgo(last_failure_at)} (${last_failure_code}).` : '',
    last_at ? `Last used ${formatAgo(last_at)}.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** What its terms mean for a film. */
export function licenceText({ licence, commercial }: FunctionRead): string {
  return commercial
    ? `${licence}: pictures made with it may be used in work that is sold.`
    : `${licence}: only for tests and study. Pictures made with it must not go into work that is sold.`;
}

/** What its download says, or would bring. */
export function fetchText(model: FunctionRead): string {
  const { pull } = model;
  if (!pull) return missingText(model);
  const share = `${formatBytes(pull.bytes_done)} of ${formatBytes(pull.bytes_total)}`;
  if (pull.state === 'failed') return `${pull.problem?.detail ?? ''} ${pull.problem?.todo ?? ''}`;
  if (pull.state !== 'running') return `Stopped at ${share}. What has arrived is kept.`;
  if (pull.bytes_done >= pull.bytes_total) return 'All files are here; getting it ready.';
  return pull.file ? `${share}: ${pull.file}` : share;
}

function missingText({ weights }: FunctionRead): string {
  const missing = weights.filter(({ present }) => !present);
  if (missing.length === 0) return 'Its model files are here; it has to be made ready.';
  const bytes = missing.reduce((sum, weight) => sum + weight.bytes, 0);
  const files = count(missing.length, 'model file');
  return `${files}, ${formatBytes(bytes)}, ${missing.length === 1 ? 'is' : 'are'} not on this server.`;
}

/** Percent of the bytes; null while nothing has arrived. */
export function fetchShare({ pull }: FunctionRead): number | null {
  if (!pull || pull.bytes_done === 0 || pull.bytes_total === 0) return null;
  return (100 * pull.bytes_done) / pull.bytes_total;
}

export function fetchVerb({ pull, weights }: FunctionRead): string {
  if (pull?.state === 'failed') return 'Try again';
  if (pull) return 'Go on';
  return weights.every(({ present }) => present) ? 'Make it ready' : 'Fetch';
}

/** "12 GB", or that it needs none. */
export function vramText(vramMb: number): string {
  if (vramMb === 0) return 'Runs on the processor';
  return vramMb < 1000 ? `${vramMb} MB` : `${Number((vramMb / 1024).toFixed(1))} GB`;
}

/** "0.6 s, from 50 runs" */
export function secondsText({
  median_seconds,
  runs,
}: Pick<FunctionRead['tiers'][number], 'median_seconds' | 'runs'>): string {
  if (median_seconds === null) return 'Not measured yet';
  return `${durationText(median_seconds)}, from ${count(runs, 'run')}`;
}

/** "0.6 s", "12 s", "3 min 20 s", "1 h 5 min" */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${Math.max(0.1, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return join(Math.floor(whole / 60), 'min', whole % 60, 's');
  return join(Math.floor(whole / 3600), 'h', Math.round((whole % 3600) / 60), 'min');
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

type Warm = FunctionRead['warm'][number];

/** Whether the next run starts at once; what is warm is listed below it. */
export function warmText(model: FunctionRead): string {
  const { warm, installed } = model;
  if (!installed || isOutOfReach(model)) return '';
  if (warm.some(({ state }) => state === 'idle')) return 'The next run starts at once.';
  return warm.some(({ state }) => state === 'busy' || state === 'starting')
    ? ''
    : 'Not warm now: the next run starts it first.';
}

const STATES: Record<Warm['state'], string> = {
  starting: 'Loading',
  idle: 'Ready',
  busy: 'At work',
  ending: 'Ending',
  resting: 'Kept failing',
};

/** What one that is kept does now, and since when. */
export function stateText({ state, seconds }: Warm): string {
  return state === 'resting'
    ? `${STATES.resting}, starts again in ${durationText(seconds)}`
    : `${STATES[state]} for ${durationText(seconds)}`;
}

/** "studio-1 · 12 runs · 180 MB · 3.1 of 4 GB video memory" */
export function heldText(warm: Warm): string {
  const { worker, state, calls, memory_mb, vram_mb, vram_used_mb } = warm;
  const vram = vramText(vram_mb);
  return [
    worker,
    state === 'resting' ? '' : count(calls, 'run'),
    memory_mb === null ? '' : `${vramText(memory_mb)} memory`,
    vram_mb === 0
      ? ''
      : vram_used_mb === null
        ? `${vram} video memory set aside`
        : `${vramText(vram_used_mb)} of ${vram} video memory`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** "8 GB set aside for functions, 6.5 GB used, of 24 GB" */
export function gpuText({ reserved_mb, used_mb, vram_mb }: GpuRead): string {
  const reserved = reserved_mb === 0 ? 'Nothing' : vramText(reserved_mb);
  const used = used_mb === 0 ? 'nothing' : vramText(used_mb);
  return `${reserved} set aside for functions, ${used} used, of ${vramText(vram_mb)}`;
}

/** "Tested 2 days ago in a container: 12 checks passed, 1 failed (stops when it is cancelled)." */
export function testedText({ tested, version }: FunctionRead): string {
  if (!tested) return 'Never tested on this server.';
  const where = tested.runtime === 'docker' ? 'in a container' : 'as a process';
  const failed =
    tested.failed.length === 0
      ? ''
      : `, ${tested.failed.length} failed (${tested.failed.join(', ')})`;
  const skipped = tested.skipped > 0 ? `, ${tested.skipped} could not tell` : '';
  const older = tested.version === version ? '' : ` It was version ${tested.version}.`;
  return `Tested ${formatAgo(tested.at)} ${where}: ${count(tested.passed, 'check')} passed${failed}${skipped}.${older}`;
}

/** Ready ones first, the broken ones after them, what is not installed last. */
export function byStanding(list: readonly FunctionRead[]): FunctionRead[] {
  const rank = (one: FunctionRead) => (one.problem ? 1 : one.installed ? 0 : 2);
  return list.toSorted((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
}
