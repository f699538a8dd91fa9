import { describe, expect, it } from 'vitest';
import { character, job, reference } from '../../../../tests/unit/records';
import { triggerWordFrom } from '../characters/trigger';
import { tierCounter, trainingLine } from '../characters/words';
import { byWeight, headline, verdictOf } from '../references/verdict';
import { detailOf, fallbackOf, headlineOf, progressOf } from './job';

describe('a training job in words', () => {
  it('counts the queue from where you stand', () => {
    const now = { progress: 0, step: '', eta_s: null };
    expect(headlineOf(job({ state: 'queued' }), 0)).toBe('Queued');
    expect(detailOf(job({ state: 'queued', position: 1 }), now)).toBe('Next in line');
    expect(detailOf(job({ state: 'queued', position: 3 }), now)).toBe('2 ahead in line');
    expect(detailOf(job({ state: 'queued', position: null }), now)).toBe('Waits for a free worker');
  });

  it('says the percent, the step and the time left', () => {
    const now = { progress: 42.4, step: 'Learning the face', eta_s: 38 };
    expect(headlineOf(job(), now.progress)).toBe('Training 42 %');
    expect(detailOf(job(), now)).toBe('Learning the face · about 40 s left');
  });

  it('never runs backwards when an old message comes late', () => {
    const record = job({ progress: 60, step: 'Saving', eta_s: 1 });
    expect(progressOf(record, { progress: 30, step: 'Learning', eta_s: 9 }).progress).toBe(60);
    expect(progressOf(record, { progress: 70, step: 'Saving', eta_s: 1 }).progress).toBe(70);
    expect(progressOf(record, undefined).progress).toBe(60);
  });

  it('tells when another tier was used', () => {
    expect(fallbackOf(job({ asked_tier: 'low', used_tier: 'low' }))).toBe('');
    const other = { asked_tier: 'high', used_tier: 'standard' } as const;
    expect(fallbackOf(job(other))).toBe('Asked for High, made with Standard.');
    expect(fallbackOf(job({ ...other, tier_reason: 'No worker has 24 GB.' }))).toBe(
      'Asked for High, made with Standard. No worker has 24 GB.',
    );
  });
});

describe('tiers', () => {
  it('counts usable pictures against what training needs', () => {
    expect(tierCounter(7, 'standard')).toBe('7 of 10 usable pictures for Standard');
  });

  it('has one line for the gallery', () => {
    expect(trainingLine(character(), null)).toBe('Not trained');
    const running = character({ training: { job_id: 'j', state: 'running' } });
    expect(trainingLine(running, 12.6)).toBe('Training 13 %');
    expect(trainingLine(running, null)).toBe('Training');
  });

  it('suggests a trigger word', () => {
    expect(triggerWordFrom('  Zoë O’Neill-Ruiz ')).toBe('zoe_o_neill_ruiz');
    expect(triggerWordFrom('李小龙')).toBe('李小龙');
    expect(triggerWordFrom('!!!')).toBe('');
  });
});

describe('what a check found', () => {
  it('puts the reason to act first', () => {
    const findings = [
      { code: 'a', tone: 'good' as const, text: 'Large face.' },
      { code: 'b', tone: 'bad' as const, text: 'Somebody else.' },
    ];
    expect(byWeight(findings).map((finding) => finding.code)).toEqual(['b', 'a']);
    expect(headline(reference({ findings, verdict: 'hurts' }))).toBe('Somebody else.');
  });

  it('says what a good picture adds rather than that it is good', () => {
    const good = (code: string, text: string) => ({ code, tone: 'good' as const, text });
    const findings = [good('face_found', 'Face found.'), good('adds', 'Adds a side view.')];
    expect(headline(reference({ findings }))).toBe('Adds a side view.');
    const dark = { code: 'dark', tone: 'warn' as const, text: 'Very dark.' };
    expect(headline(reference({ findings: [...findings, dark] }))).toBe('Very dark.');
  });

  it('has a word for every state', () => {
    expect(verdictOf(reference({ state: 'checking', verdict: null })).word).toBe('Checking');
    expect(verdictOf(reference({ state: 'failed', verdict: null })).word).toBe('Not checked');
    expect(verdictOf(reference({ verdict: 'neutral' })).word).toBe('Adds little');
    expect(headline(reference({ state: 'failed' }))).toMatch(/did not finish/);
  });
});
