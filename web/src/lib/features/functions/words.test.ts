import { describe, expect, it } from 'vitest';
import type { FunctionRead } from '$lib/api/types';
import { modelFunction } from '../../../../tests/unit/records';
import {
  byStanding,
  chanceNote,
  doesOf,
  durationText,
  fetchShare,
  fetchText,
  fetchVerb,
  gpuText,
  heldText,
  licenceText,
  secondsText,
  standingOf,
  stateText,
  testedText,
  vramText,
  warmText,
} from './words';

const health = modelFunction().health;
type Warm = FunctionRead['warm'][number];
const kept = (over: Partial<Warm> = {}): Warm => ({
  worker: 'studio-1',
  instance: 'puppet-77',
  state: 'idle',
  calls: 3,
  seconds: 12,
  memory_mb: 180,
  gpu: null,
  vram_mb: 0,
  vram_used_mb: null,
  ...over,
});

type TierRead = FunctionRead['tiers'][number];
const tierRead = (tier: TierRead['tier'], chance: TierRead['chance']): TierRead => ({
  ...{ tier, vram_mb: 0, median_seconds: null, runs: 0 },
  chance,
});

describe('whether a function is chosen by itself', () => {
  const large = 'it needs 24 GB of video memory, and no machine here has a graphics card.';
  const noVram = { code: 'no_vram', sentence: `Not chosen: ${large}` } as const;
  const second = { code: 'second', sentence: 'Flux goes first.' } as const;
  const chosen = { code: 'chosen', sentence: 'Chosen by itself.' } as const;

  it('says in its standing what no machine here can do', () => {
    const model = modelFunction({ tiers: [tierRead('high', noVram)], installed: false });
    expect(standingOf(model)).toEqual({
      tone: 'warn',
      word: 'Not chosen',
      text: 'It needs 24 GB of video memory, and no machine here has a graphics card.',
    });
    expect(model.tiers.map((tier) => chanceNote(model, tier))).toEqual(['']);
    expect(warmText(modelFunction({ tiers: [tierRead('high', noVram)] }))).toBe('');
  });

  it('says below a quality what holds for it alone', () => {
    const tiers = [tierRead('low', chosen), tierRead('standard', second), tierRead('high', noVram)];
    const model = modelFunction({ tiers });
    expect(standingOf(model).word).toBe('Ready');
    expect(tiers.map((tier) => chanceNote(model, tier))).toEqual([
      '',
      'Flux goes first.',
      `Not chosen: ${large}`,
    ]);
  });

  it('leaves to its terms and its faults what they say themselves', () => {
    const waits = { code: 'unaccepted', sentence: 'Not chosen: its licence waits.' } as const;
    const model = modelFunction({ tiers: [tierRead('low', waits)] });
    expect(model.tiers.map((tier) => chanceNote(model, tier))).toEqual(['']);
  });
});

describe('a function in words', () => {
  it('says what it does, and names a task that nobody described', () => {
    expect(doesOf(['character.train_lora'])).toBe('Learns a character from its pictures');
    expect(doesOf(['character.dance'])).toBe('character.dance');
  });

  it('stands by what happened lately', () => {
    expect(standingOf(modelFunction()).word).toBe('Ready');
    expect(standingOf(modelFunction({ installed: false })).word).toBe('Not installed');
    expect(standingOf(modelFunction({ problem: 'tiers: missing' }))).toEqual({
      tone: 'bad',
      word: 'Cannot be used',
      text: 'tiers: missing',
    });
    const unfit = [{ task: 'character.generate_variation', reason: 'it has no input `key`' }];
    expect(standingOf(modelFunction({ unfit }))).toEqual({
      tone: 'bad',
      word: 'Not chosen',
      text: 'It is not chosen for character.generate_variation: it has no input `key`. Others do it instead.',
    });
    const also = ['character.generate_variation', 'character.generate_base'];
    expect(standingOf(modelFunction({ unfit, tasks: also })).word).toBe('Ready');
    const fine = standingOf(modelFunction({ health: { ...health, succeeded: 19, failed: 1 } }));
    expect(fine.word).toBe('Works');
    expect(fine.text).toContain('19 of the last 20 runs worked.');
    const bad = standingOf(modelFunction({ health: { ...health, succeeded: 1, failed: 1 } }));
    expect(bad).toMatchObject({ tone: 'warn', word: 'Fails often' });
  });

  it('does not blame a function for unfit pictures', () => {
    const refused = standingOf(modelFunction({ health: { ...health, succeeded: 4, refused: 30 } }));
    expect(refused.word).toBe('Works');
    expect(refused.text).toContain('30 more had an input');
  });

  it('waits for an administrator where the terms ask for it', () => {
    const restricted = modelFunction({ commercial: false, enabled: false });
    expect(standingOf(restricted)).toMatchObject({ tone: 'warn', word: 'Waits for its licence' });
  });

  it('tells what it would fetch, how far that is, and why it ended', () => {
    const file = { name: 'hair.safetensors', bytes: 2_000_000, licence: 'CC0-1.0' };
    const weights = [{ ...file, licence_url: null, commercial: true, present: false }];
    const none = modelFunction({ weights });
    expect(fetchText(none)).toBe('1 model file, 2.0 MB, is not on this server.');
    expect(fetchVerb(none)).toBe('Fetch');
    expect(fetchShare(none)).toBeNull();

    const pull = { file: file.name, bytes_done: 500_000, bytes_total: 2_000_000, problem: null };
    const at = (state: 'running' | 'stopped') =>
      modelFunction({ weights, pull: { ...pull, state } });
    expect(fetchText(at('running'))).toBe('500 KB of 2.0 MB: hair.safetensors');
    expect(fetchShare(at('running'))).toBe(25);
    expect(fetchText(at('stopped'))).toContain('Stopped at 500 KB of 2.0 MB.');
    expect(fetchVerb(at('stopped'))).toBe('Go on');

    const problem = { code: 'disk_full', detail: 'There is no room.', todo: 'Make some.' };
    const failed = modelFunction({ weights, pull: { ...pull, state: 'failed', problem } });
    expect(fetchText(failed)).toBe('There is no room. Make some.');
    expect(fetchVerb(failed)).toBe('Try again');
  });

  it('says what the licence means for a film', () => {
    expect(licenceText(modelFunction())).toContain('may be used in work that is sold');
    expect(licenceText(modelFunction({ licence: 'CC BY-NC 4.0', commercial: false }))).toContain(
      'must not',
    );
  });

  it('writes memory and time', () => {
    expect(vramText(0)).toBe('Runs on the processor');
    expect(vramText(12_288)).toBe('12 GB');
    expect(vramText(800)).toBe('800 MB');
    expect(durationText(0.02)).toBe('0.1 s');
    expect(durationText(12.4)).toBe('12 s');
    expect(durationText(200)).toBe('3 min 20 s');
    expect(durationText(3600)).toBe('1 h');
    const tier = { median_seconds: 2.345, runs: 50 };
    expect(secondsText(tier)).toBe('2.3 s, from 50 runs');
  });

  it('says whether the next run starts at once', () => {
    expect(warmText(modelFunction())).toContain('Not warm now');
    expect(warmText(modelFunction({ installed: false }))).toBe('');
    expect(warmText(modelFunction({ warm: [kept()] }))).toBe('The next run starts at once.');
    expect(warmText(modelFunction({ warm: [kept({ state: 'busy' })] }))).toBe('');
    expect(warmText(modelFunction({ warm: [kept({ state: 'resting' })] }))).toContain('Not warm');
  });

  it('says what each one that is kept does and holds', () => {
    expect(stateText(kept())).toBe('Ready for 12 s');
    expect(stateText(kept({ state: 'resting', seconds: 8.2 }))).toBe(
      'Kept failing, starts again in 8.2 s',
    );
    expect(heldText(kept())).toBe('studio-1 · 3 runs · 180 MB memory');
    const onGpu = { gpu: 'GPU-a', vram_mb: 8192 };
    expect(heldText(kept(onGpu))).toContain('8 GB video memory set aside');
    expect(heldText(kept({ ...onGpu, vram_used_mb: 3072 }))).toContain('3 GB of 8 GB video memory');
    expect(heldText(kept({ state: 'resting', calls: 0, memory_mb: null }))).toBe('studio-1');
  });

  it('says what is taken of a graphics card', () => {
    const gpu = { uuid: 'GPU-a', name: 'L4', vram_mb: 24576, busy: null };
    expect(gpuText({ ...gpu, reserved_mb: 8192, used_mb: 6656 })).toBe(
      '8 GB set aside for functions, 6.5 GB used, of 24 GB',
    );
    expect(gpuText({ ...gpu, reserved_mb: 0, used_mb: 0 })).toContain('Nothing set aside');
  });

  it('says how it did when it was tested', () => {
    expect(testedText(modelFunction())).toContain('Never tested');
    const tested = {
      version: '0.0.9',
      runtime: 'docker',
      at: new Date().toISOString(),
      passed: 11,
      skipped: 1,
      failed: ['stops when it is cancelled'],
    };
    expect(testedText(modelFunction({ tested }))).toMatch(
      /in a container: 11 checks passed, 1 failed \(stops when it is cancelled\), 1 could not tell\. It was version 0\.0\.9\.$/,
    );
  });

  it('lists what can be used first', () => {
    const list = [
      modelFunction({ name: 'c', title: 'C', installed: false }),
      modelFunction({ name: 'b', title: 'B', problem: 'broken' }),
      modelFunction({ name: 'a', title: 'A' }),
    ];
    expect(byStanding(list).map((one) => one.name)).toEqual(['a', 'b', 'c']);
  });
});
