import { describe, expect, it } from 'vitest';
import { finishReason, promptCutWarning, usage } from './response.ts';

describe('a finish reason', () => {
  it.each([
    ['stop', false, 'stop'],
    ['stop', true, 'tool-calls'],
    ['length', false, 'length'],
    ['length', true, 'length'],
    ['load', false, 'other'],
    ['ran_dry', true, 'other'],
    ['constructor', false, 'other'],
    [undefined, false, 'other'],
    [undefined, true, 'tool-calls'],
  ] as const)('%j with calls %j is %s', (raw, hasCalls, reason) => {
    expect(finishReason(raw, hasCalls)).toBe(reason);
  });
});

it('leaves missing usage unknown, and reads zero', () => {
  expect(usage({})).toBeUndefined();
  expect(usage({ eval_count: 0 })).toMatchObject({ input: undefined, output: 0 });
});

describe('a prompt', () => {
  it.each([
    ['short', 1000, undefined, 18, false],
    ['of English in the default context', 16_000, undefined, 3900, false],
    ['of Chinese', 6000, undefined, 4000, false],
    ['that fills the default context to the token', 40_000, undefined, 4096, true],
    ['of far too few tokens', 40_000, undefined, 3500, true],
    ['as long as the requested context', 40_000, 8192, 8192, true],
    ['that fits the requested context', 30_000, 8192, 7500, false],
    ['without a token count', 40_000, undefined, undefined, false],
    ['cut in a small context', 900, 256, 256, true],
  ])('%s: %i characters, context %j, %j tokens: cut %j', (_name, characters, numCtx, count, isCut) => {
    expect(promptCutWarning({ characters, numCtx }, count) !== undefined).toBe(isCut);
  });
});
