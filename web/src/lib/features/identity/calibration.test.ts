import { describe, expect, it } from 'vitest';
import type { CalibrationRead, EncoderRead } from '../../api/types';
import { byUse, diagramText, dotsOf, qualityText, sourceText, versionsOf } from './calibration';

const bin = (predicted: number, observed: number, pairs: number) => ({
  low: predicted - 0.05,
  high: predicted + 0.05,
  pairs,
  predicted,
  observed,
});
const calibration = (over: Partial<CalibrationRead> = {}): CalibrationRead => ({
  id: 'k1',
  encoder: 'dlib',
  route: 'photographic',
  version: 1,
  active: true,
  source: 'shipped',
  slope: 1,
  midpoint: 0,
  genuine_mean: 0,
  genuine_deviation: 1,
  impostor_rate: 0.01,
  pairs: 1200,
  people: 31,
  ece: 0.017,
  auc: 0.9993,
  reliability: [],
  basis: '',
  created_by: null,
  created_at: '2026-01-01T00:00:00Z',
  ...over,
});
const encoder = (name: string, over: Partial<EncoderRead> = {}): EncoderRead => ({
  name,
  title: name,
  route: 'photographic',
  dimensions: 128,
  licence: 'CC0-1.0',
  licence_url: null,
  commercial: true,
  installed: false,
  default: false,
  ...over,
});

describe('calibrations', () => {
  it('draw only steps that hold pairs, larger where more of them are', () => {
    const dots = dotsOf([bin(0.1, 0.1, 100), bin(0.5, 0.3, 4), bin(0.9, 0, 0)]);
    expect(dots).toHaveLength(2);
    expect(dots[0]?.radius).toBeGreaterThan(dots[1]?.radius ?? Infinity);
  });

  it('say the largest difference of the diagram in words', () => {
    expect(diagramText([bin(0.1, 0.1, 100), bin(0.5, 0.3, 4)])).toBe(
      'Where 50 % was said, 30 % was so: the largest difference of 2 steps.',
    );
    expect(diagramText([])).toBe('No pair was held out to test this version.');
  });

  it('say what they rest on and how good they are', () => {
    expect(sourceText(calibration())).toBe('Shipped with OnModel: 1,200 pairs of 31 people');
    expect(qualityText(calibration())).toContain('off by 1.7 points');
    expect(qualityText(calibration({ ece: null, auc: null }))).toContain('Not measured');
  });

  it('put what judges before what is only possible', () => {
    const list = [
      encoder('ccip', { route: 'illustrated', default: true }),
      encoder('figure', { route: 'appearance', default: true, installed: true }),
      encoder('fast', { installed: true }),
      encoder('dlib', { default: true, installed: true }),
    ];
    expect(byUse(list).map(({ name }) => name)).toEqual(['dlib', 'figure', 'fast', 'ccip']);
    const two = [
      calibration(),
      calibration({ id: 'k2', version: 2 }),
      calibration({ encoder: 'x' }),
    ];
    expect(versionsOf(two, 'dlib').map(({ version }) => version)).toEqual([2, 1]);
  });
});
