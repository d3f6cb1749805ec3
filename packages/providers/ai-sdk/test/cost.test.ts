import { costOfResponse } from '@majordomo/catalog';
import { generateText, streamText } from 'ai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toAISDK, type BridgeOptions } from '../src/index.ts';
import { createWorld } from './support/world.ts';

afterEach(() => void vi.useRealTimers());

describe('the cost of an answer', () => {
  it('is in the metadata of non-streaming and streamed answers, computed with the catalog', async () => {
    await using at = await createWorld();
    const model = toAISDK(at.majordomo, { cost: costOfResponse })('openai/gpt-5.4');
    const completeResult = await generateText({ model, prompt: 'x' });
    const streamed = streamText({ model, prompt: 'x' });
    await streamed.consumeStream();
    const nanoUsd = expect.stringMatching(/^[1-9]\d*$/) as string;
    expect(completeResult.finalStep.providerMetadata?.['majordomo']).toMatchObject({ cost: { nanoUsd } });
    expect((await streamed.finalStep).providerMetadata?.['majordomo']).toMatchObject({ cost: { nanoUsd } });
  });

  const faultyFunctions: readonly (readonly [string, NonNullable<BridgeOptions['cost']>])[] = [
    [
      'throws',
      () => {
        throw new Error('no catalog');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no catalog'))],
    ['returns an unknown cost', () => Promise.resolve({ nanoUsd: undefined })],
    ['returns undefined', () => Promise.resolve(undefined as never)],
    ['returns an invalid amount', () => Promise.resolve({ nanoUsd: { toString: null } as never })],
  ];
  it.each(faultyFunctions)('is omitted if `cost` %s', async (_, cost) => {
    await using at = await createWorld();
    const result = await generateText({
      model: toAISDK(at.majordomo, { cost })('openai/gpt-5.4'),
      prompt: 'x',
    });
    expect(result.text).toBe('hello');
    expect(result.finalStep.providerMetadata?.['majordomo']).not.toHaveProperty('cost');
  });

  it('is awaited for at most one second if `cost` does not settle', async () => {
    await using at = await createWorld();
    const neverSettles = vi.fn(() => new Promise<never>(() => undefined));
    const call = generateText({
      model: toAISDK(at.majordomo, { cost: neverSettles })('openai/gpt-5.4'),
      prompt: 'x',
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await expect.poll(() => neverSettles.mock.calls.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect((await call).text).toBe('hello');
  });

  it.each([
    { totalMs: -1 },
    { totalMs: Infinity },
    { totalMs: Number.NaN },
    { cost: 3 as never },
    { totalMS: 5 } as never,
  ])('cannot be configured with the invalid options %o', async (options: BridgeOptions) => {
    await using at = await createWorld();
    expect(() => toAISDK(at.majordomo, options)).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});
