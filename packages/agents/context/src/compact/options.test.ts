import { expect, it } from 'vitest';
import { scripted } from '../../test/support/compactor-setup.ts';
import { boundsOf, summaryTokens } from './bounds.ts';
import { checkOptions } from './options.ts';

const validOptions = { summarizer: scripted('S').model, contextTokens: 1000 };
const NO_MODEL = 'summarizer: must be a model, such as majordomo.model(spec)';

it.each<[object, path: string, message: string]>([
  [{ summarizer: undefined }, 'summarizer', NO_MODEL],
  [{ summarizer: {} }, 'summarizer', NO_MODEL],
  [{ contextTokens: 0 }, 'contextTokens', 'contextTokens: must be a number above 0, or a function'],
  [{ contextTokens: undefined }, 'contextTokens', 'contextTokens: must be a number above 0, or a function'],
  [
    { summarizerTokens: 0 },
    'summarizerTokens',
    'createCompactor: summarizerTokens must be a number of 1 or more, not 0',
  ],
  [{ threshold: 0 }, 'threshold', 'threshold: must be above 0 and at most 1, not 0'],
  [{ threshold: 1.1 }, 'threshold', 'threshold: must be above 0 and at most 1, not 1.1'],
  [{ tail: 0.09 }, 'tail', 'tail: must be from 0.1 to 0.8, not 0.09'],
  [{ tail: 0.81 }, 'tail', 'tail: must be from 0.1 to 0.8, not 0.81'],
  [
    { protectFirst: -1 },
    'protectFirst',
    'createCompactor: protectFirst must be a number of 0 or more, not -1',
  ],
  [{ protectLast: -1 }, 'protectLast', 'createCompactor: protectLast must be a number of 0 or more, not -1'],
  [
    { whenSummaryFails: 'drop' },
    'whenSummaryFails',
    'createCompactor: whenSummaryFails must be one of keep, note',
  ],
])('rejects the options %j', (options, path, message) => {
  expect(() => {
    checkOptions({ ...validOptions, ...options });
  }).toThrow(
    expect.objectContaining({
      kind: 'config',
      message,
      details: expect.objectContaining({ path }) as object,
    }) as Error,
  );
});

it.each([
  {},
  { contextTokens: () => 1 },
  { threshold: 1, tail: 0.8, protectFirst: 0, protectLast: 0, summarizerTokens: 1 },
] as const)('accepts the options %j', (options) => {
  expect(() => {
    checkOptions({ ...validOptions, ...options });
  }).not.toThrow();
});

it.each([
  [128_000, 0.1, 64_000],
  [127_999, 0.1, 12_799],
  [200_000, 0.1, 64_000],
  [10, 1, 10],
  [10, 0.55, 5],
])(
  'a context of %i tokens with the threshold %d is compacted above %i tokens',
  (tokens, share, threshold) => {
    expect(boundsOf(tokens, { threshold: share }).threshold).toBe(threshold);
  },
);

it.each([
  [100, 12],
  [4000, 500],
  [20_000, 2000],
  [39_999, 2000],
  [40_040, 2002],
  [239_960, 11_998],
  [240_020, 12_000],
])('the summary of a context of %i tokens has at most %i tokens', (tokens, summary) => {
  expect(boundsOf(tokens, {}).summary).toBe(summary);
});

it.each([
  [99, 50],
  [101, 50],
  [102, 51],
  [4000, 2000],
  [10_005, 2001],
  [40_000, 8000],
  [400_000, 12_000],
])('a summary of %i tokens has at most %i', (summarized, tokens) => {
  expect(summaryTokens(summarized, boundsOf(1_000_000, {}))).toBe(tokens);
});
