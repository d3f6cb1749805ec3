import { describe, expect, it } from 'vitest';
import { completeUsage, sumUsage } from './usage.ts';

const usage = (input: number | undefined, output: number | undefined) => ({
  input,
  output,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
});

it.each([
  [[], undefined],
  [[undefined, undefined], undefined],
  [[usage(1, 2), undefined, usage(3, undefined)], usage(4, 2)],
  [[usage(1, 1)], usage(1, 1)],
])('sums reported counts: %j', (usages, expected) => {
  expect(sumUsage(...usages)).toEqual(expected);
});

it('sums prices beyond safe integers, and tools by name', () => {
  const a = {
    ...usage(1, 1),
    details: {
      reportedNanoUsd: '9007199254740993',
      serverTools: { search: 1 },
      stageMs: { queue: 1 },
      serviceTier: 'flex',
    },
  };
  const b = {
    ...usage(1, 1),
    details: {
      reportedNanoUsd: '1',
      serverTools: { search: 2, fetch: 1 },
      stageMs: { queue: 2 },
      serviceTier: 'priority',
    },
  };
  expect(sumUsage(a, b).details).toEqual({
    reportedNanoUsd: '9007199254740994',
    serverTools: { search: 3, fetch: 1 },
    stageMs: { queue: 3 },
  });
});

it.each(['cacheRead', 'cacheWrite', 'reasoning'] as const)('sums %s', (field) => {
  const one = { ...usage(1, 1), [field]: 2 };
  expect(sumUsage(one, usage(1, 1), one)).toEqual({ ...usage(3, 3), [field]: 4 });
});

it('sums the counts of the details, including those that one call reports', () => {
  const counts = { cacheWriteLong: 1, inputImage: 2, inputAudio: 3, outputImage: 4, outputAudio: 5 };
  const singleDetails = { reportedNanoUsd: '7', stageMs: { queue: 1 }, serverTools: { search: 1 } };
  const a = { ...usage(1, 1), details: { ...counts, ...singleDetails, serviceTier: 'flex' } };
  const b = { ...usage(1, 1), details: { ...counts, serviceTier: 'flex' } };
  const twice = { cacheWriteLong: 2, inputImage: 4, inputAudio: 6, outputImage: 8, outputAudio: 10 };
  expect(sumUsage(a, b).details).toEqual({ ...twice, ...singleDetails, serviceTier: 'flex' });
  expect(sumUsage(b, a).details).toEqual({ ...twice, ...singleDetails, serviceTier: 'flex' });
  expect(sumUsage(a, usage(1, 1)).details).toEqual(a.details);
  expect(sumUsage(usage(1, 1), a).details).toEqual(a.details);
});

it('sums units and returns the largest input of a single call', () => {
  const summed = { ...usage(90, 1), details: { units: { character: 3 }, largestInput: 50 } };
  const speech = { ...usage(1, 1), details: { units: { character: 4, 'audio-second': 1 } } };
  const expected = { units: { character: 7, 'audio-second': 1 }, largestInput: 50 };
  expect(sumUsage(summed, speech).details).toEqual(expected);
  expect(sumUsage(speech, summed).details).toEqual(expected);
  expect(sumUsage(summed, usage(60, 1)).details).toEqual({ units: { character: 3 }, largestInput: 60 });
  expect(sumUsage(usage(60, 1), summed).details).toEqual({ units: { character: 3 }, largestInput: 60 });
  expect(sumUsage(summed, usage(undefined, 1)).details?.largestInput).toBe(50);
});

it('omits details that no call reports', () => {
  expect(Object.keys(sumUsage(usage(1, 1), usage(1, 1)))).not.toContain('details');
  const tiers = ['flex', 'priority'].map((serviceTier) => ({ ...usage(1, 1), details: { serviceTier } }));
  expect(Object.keys(sumUsage(...tiers)?.details ?? { none: 1 })).toEqual([]);
});

it('has a largest input only if one usage is a sum', () => {
  const summed = { ...usage(500, 1), details: { largestInput: 300 } };
  expect(sumUsage(usage(1, 1), usage(2, 2)).details).toBeUndefined();
  expect(sumUsage(usage(400, 1), summed).details).toEqual({ largestInput: 400 });
  expect(sumUsage(summed, usage(undefined, 1)).details).toEqual({ largestInput: 300 });
});

it('sums units by name and returns a common speed and region', () => {
  const a = { ...usage(1, 1), details: { units: { character: 2 }, speed: 'fast', inferenceGeo: 'us' } };
  const b = { ...usage(1, 1), details: { units: { character: 3 }, speed: 'fast', inferenceGeo: 'eu' } };
  expect(sumUsage(a, b).details).toEqual({ units: { character: 5 }, speed: 'fast' });
});

describe('the usage of several requests of one attempt', () => {
  it('contains the largest input, on which the price may depend', () => {
    expect(completeUsage([usage(100, 1), usage(300, 2), usage(200, 3)])).toEqual({
      ...usage(600, 6),
      details: { largestInput: 300 },
    });
    expect(completeUsage([usage(100, 1)])).toEqual(usage(100, 1));
  });

  it('is unknown if that of one request is unknown', () => {
    expect(completeUsage([usage(100, 1), undefined])).toBeUndefined();
  });

  it('has a reported cost only if each request has one', () => {
    const reported = { ...usage(1, 1), details: { reportedNanoUsd: '5', serviceTier: 'flex' } };
    expect(completeUsage([reported, reported])?.details?.reportedNanoUsd).toBe('10');
    expect(completeUsage([reported, usage(1, 1)])?.details).toEqual({ serviceTier: 'flex', largestInput: 1 });
  });
});
