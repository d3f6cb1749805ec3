import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { usage } from './usage.ts';
import type { RawUsage } from './wire.ts';

const reasoningInside = { reasoningTokens: 'inside' } as const;
const reasoningOutside = { reasoningTokens: 'outside' } as const;

const AUDIO = { prompt_tokens_details: { audio_tokens: 375 }, completion_tokens: 201, total_tokens: 585 };
/** Returns a usage with tokens of reasoning. */
const reasoned = (reasoning: number, counts: RawUsage): RawUsage => ({
  ...counts,
  completion_tokens_details: { reasoning_tokens: reasoning },
});

describe('usage', () => {
  it.each<[string, RawUsage, object]>([
    ['nothing', {}, {}],
    ['totals', { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }, { input: 9, output: 4 }],
    ['totals by other names', { input_tokens: 9, output_tokens: 4 }, { input: 9, output: 4 }],
    [
      'zeros as zeros',
      { prompt_tokens: 0, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 0 } },
      { input: 0, output: 0, cacheRead: 0 },
    ],
    [
      'nulls as unknown',
      { prompt_tokens: 1, prompt_tokens_details: null, completion_tokens_details: null },
      { input: 1 },
    ],
    [
      'the cache in the details',
      { prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 } },
      { cacheRead: 3, cacheWrite: 2 },
    ],
    [
      'writes of twelve hours',
      { prompt_tokens_details: { cache_write_tokens: 5, cache_write_tokens_details: { ttl_12h_tokens: 2 } } },
      { cacheWrite: 5, details: { cacheWriteLong: 2 } },
    ],
    [
      'audio next to the prompt',
      { ...AUDIO, prompt_tokens: 9 },
      { input: 384, output: 201, details: { inputAudio: 375 } },
    ],
    [
      'audio in the prompt',
      { ...AUDIO, prompt_tokens: 384 },
      { input: 384, output: 201, details: { inputAudio: 375 } },
    ],
    ['cache hits', { prompt_cache_hit_tokens: 3 }, { cacheRead: 3 }],
    ['cached tokens', { cached_tokens: 3 }, { cacheRead: 3 }],
    ['a number of cached tokens', { num_cached_tokens: 3 }, { cacheRead: 3 }],
    [
      'cache tokens by the names of the Messages API',
      { cache_read_input_tokens: 3, cache_creation_input_tokens: 2 },
      { cacheRead: 3, cacheWrite: 2 },
    ],
    [
      'reasoning inside',
      reasoned(5, { prompt_tokens: 1, completion_tokens: 9, total_tokens: 10 }),
      { input: 1, output: 9, reasoning: 5 },
    ],
    ['reasoning at the top', { completion_tokens: 9, reasoning_tokens: 5 }, { output: 9, reasoning: 5 }],
    [
      'reasoning that the total proves to be outside',
      reasoned(5, { prompt_tokens: 1, completion_tokens: 4, total_tokens: 10 }),
      { input: 1, output: 9, reasoning: 5 },
    ],
    [
      'reasoning above its total',
      reasoned(19, { prompt_tokens: 1, completion_tokens: 16, total_tokens: 17 }),
      { input: 1, output: 16, reasoning: 16 },
    ],
  ])('reads %s', (_what, raw, expected) => {
    expect(usage(raw, reasoningInside)).toEqual({ ...UNKNOWN_USAGE, ...expected });
  });

  it.each<[string, RawUsage, number]>([
    ['without a total', reasoned(5, { prompt_tokens: 1, completion_tokens: 4 }), 9],
    [
      'above a completion that a total of two confirms',
      reasoned(5, { prompt_tokens: 1, completion_tokens: 4, total_tokens: 5 }),
      9,
    ],
    [
      'but not if it is included',
      reasoned(5, { prompt_tokens: 1, completion_tokens: 9, total_tokens: 10 }),
      9,
    ],
  ])('adds reasoning that the server excludes, %s', (_when, raw, output) => {
    expect(usage(raw, reasoningOutside)).toMatchObject({ output, reasoning: 5 });
  });

  it.each<[string, RawUsage, unknown, object]>([
    ['a price in dollars', { cost: 0.0013123 }, undefined, { reportedNanoUsd: '1312300' }],
    [
      'a price with its parts',
      { cost: { total_cost: 0.00501, request_cost: 0.005 } },
      undefined,
      { reportedNanoUsd: '5010000' },
    ],
    [
      'a fee and the bill of the caller’s vendor',
      { cost: 0.0001, is_byok: true, cost_details: { upstream_inference_cost: 0.002 } },
      undefined,
      { reportedNanoUsd: '2100000' },
    ],
    [
      'a price that the details repeat',
      { cost: 0.0001, is_byok: false, cost_details: { upstream_inference_cost: 0.0001 } },
      undefined,
      { reportedNanoUsd: '100000' },
    ],
    ['a price in ticks', { cost_in_usd_ticks: 6_767_400 }, undefined, { reportedNanoUsd: '676740' }],
    ['the tier next to the usage', {}, 'flex', { serviceTier: 'flex' }],
    ['the tier inside', { service_tier: 'standard' }, null, { serviceTier: 'standard' }],
    [
      'modalities',
      {
        prompt_tokens_details: { audio_tokens: 1, image_tokens: 2 },
        completion_tokens_details: { audio_tokens: 3, image_tokens: 4 },
      },
      undefined,
      { inputAudio: 1, inputImage: 2, outputAudio: 3, outputImage: 4 },
    ],
    ['a long cache', { cache_creation: { ephemeral_1h_input_tokens: 7 } }, undefined, { cacheWriteLong: 7 }],
    [
      'searches',
      { server_tool_use_details: { web_search_requests: 2 } },
      undefined,
      { serverTools: { web_search: 2 } },
    ],
    [
      'times in seconds',
      { queue_time: 0.00491786, prompt_time: 0.25, completion_time: 0, total_time: null },
      undefined,
      { stageMs: { queue: 4.918, prompt: 250, completion: 0 } },
    ],
  ])('keeps %s', (_what, raw, tier, details) => {
    expect(usage(raw, reasoningInside, tier).details).toEqual(details);
  });

  it('has no cost without the bill of the caller’s vendor', () => {
    expect(usage({ cost: 0.0013, is_byok: true }, reasoningInside).details).toBeUndefined();
  });

  it('reads times next to it', () => {
    const times = { queue_time: 0.5, total_time: 2 };
    expect(usage({}, reasoningInside, undefined, times).details).toEqual({
      stageMs: { queue: 500, total: 2000 },
    });
  });
});
