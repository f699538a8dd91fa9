import { describe, expect, it } from 'vitest';
import { describeUse, GAP_MS, graphsOfGpu, linePath } from './graph';

const frame = { width: 100, height: 20, from: 0, to: 300_000 };

describe('linePath', () => {
  it('joins neighbouring samples from left to right, full use at the top', () => {
    const samples = [
      { at: 0, percent: 0 },
      { at: 30_000, percent: 50 },
      { at: 60_000, percent: 100 },
    ];
    expect(linePath(samples, frame)).toBe('M0 20L10 10L20 0');
  });

  it('leaves a gap where nobody measured', () => {
    const samples = [
      { at: 0, percent: 10 },
      { at: 30_000, percent: 10 },
      { at: 30_000 + GAP_MS + 1, percent: 10 },
      { at: 90_000, percent: null },
      { at: 100_000, percent: 10 },
      { at: 110_000, percent: 10 },
    ];
    expect(linePath(samples, frame).match(/M/g)).toHaveLength(3);
  });

  it('draws nothing from less than two samples or from outside the frame', () => {
    expect(linePath([{ at: 10, percent: 5 }], frame)).toBe('');
    expect(linePath([], frame)).toBe('');
    expect(
      linePath(
        [
          { at: -9, percent: 5 },
          { at: 400_000, percent: 5 },
        ],
        frame,
      ),
    ).toBe('');
  });
});

describe('describeUse', () => {
  it('says what the line shows', () => {
    const samples = [
      { at: 0, percent: 12.4 },
      { at: 10_000, percent: 91 },
      { at: 20_000, percent: 42 },
    ];
    expect(describeUse(samples, frame)).toBe('42 % now, between 12 and 91 % in the last 5 minutes');
    expect(describeUse([{ at: 1, percent: null }], frame)).toBe('not measured');
    expect(describeUse([{ at: 1, percent: 7 }], frame)).toBe('7 % now');
  });
});

describe('graphsOfGpu', () => {
  it('takes the samples of that card only', () => {
    const use = [
      {
        at: '1970-01-01T00:00:01Z',
        cpu: 1,
        memory: 2,
        gpus: { 'GPU-a': { busy: 90, vram: 50 }, 'GPU-b': { busy: null, vram: 5 } },
      },
      { at: '1970-01-01T00:00:02Z', cpu: 1, memory: 2 },
    ];
    const [busy, vram] = graphsOfGpu(use, 'GPU-b');
    expect(busy?.samples).toEqual([
      { at: 1000, percent: null },
      { at: 2000, percent: null },
    ]);
    expect(vram?.samples.map(({ percent }) => percent)).toEqual([5, null]);
    expect(graphsOfGpu(use, 'GPU-a')[0]?.samples[0]?.percent).toBe(90);
  });
});
