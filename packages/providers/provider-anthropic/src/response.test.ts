import { usageOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { finishReason, mergeUsage, usage } from './response.ts';

describe('finishReason', () => {
  it.for([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool-calls'],
    ['refusal', 'refusal'],
    ['pause_turn', 'incomplete'],
    ['something_new', 'other'],
    ['constructor', 'other'],
    [undefined, 'other'],
  ] as const)('reads %s as %s', ([raw, expected]) => {
    expect(finishReason(raw, false)).toBe(expected);
  });

  it('reads a stop with calls as tool-calls', () => {
    const reasons = ['end_turn', 'stop_sequence', 'max_tokens', 'refusal', 'pause_turn'];
    expect(reasons.map((raw) => finishReason(raw, true))).toEqual([
      'tool-calls',
      'tool-calls',
      'length',
      'refusal',
      'incomplete',
    ]);
  });
});

describe('usage', () => {
  it('includes cached input in the total', () => {
    expect(
      usage({
        input_tokens: 10,
        cache_read_input_tokens: 200,
        cache_creation_input_tokens: 30,
        output_tokens: 5,
      }),
    ).toEqual({
      input: 240,
      output: 5,
      cacheRead: 200,
      cacheWrite: 30,
      reasoning: undefined,
    });
  });

  it('leaves missing counts unknown', () => {
    expect(usage(undefined)).toBeUndefined();
    expect(usage({ output_tokens: 5, cache_read_input_tokens: null })).toEqual(usageOf({ output: 5 }));
  });

  it('adds the tokens of compactions only', () => {
    const round = (type: string, input_tokens: number, output_tokens: number) => ({
      type,
      input_tokens,
      output_tokens,
      cache_read_input_tokens: 0,
    });
    const raw = {
      input_tokens: 162,
      output_tokens: 11,
      cache_read_input_tokens: 5,
      iterations: [
        round('compaction', 99_195, 81),
        { ...round('message', 162, 11), cache_read_input_tokens: 5 },
        round('advisor_message', 2518, 22),
      ],
    };
    expect(usage(raw)).toEqual(
      usageOf({
        input: 99_362,
        output: 92,
        cacheRead: 5,
        details: { largestInput: 99_195, serverTools: { advisor: 1 } },
      }),
    );
    expect(usage({ output_tokens: 1, iterations: null })).toMatchObject({ output: 1 });
    const compacted = [round('compaction', 99_195, 81)];
    expect(usage({ ...raw, iterations: compacted })).toMatchObject({ input: 99_362, output: 92 });
  });

  it('adds the long cache writes of compactions', () => {
    const round = (type: string, cache_creation_input_tokens: number) => ({
      type,
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens,
      cache_creation: { ephemeral_1h_input_tokens: cache_creation_input_tokens },
    });
    const iterations = [round('compaction', 4000), round('message', 50)];
    expect(usage({ ...round('message', 50), iterations })).toMatchObject({
      cacheWrite: 4050,
      details: { cacheWriteLong: 4050 },
    });
  });

  it('counts an advisor as a tool without a fee, because its tokens are those of another model', () => {
    const iteration = { input_tokens: 5, output_tokens: 1 };
    const iterations = [
      { type: 'message', ...iteration },
      { type: 'advisor_message', ...iteration },
      { type: 'message', ...iteration },
    ];
    const used = usage({ input_tokens: 10, output_tokens: 2, iterations });
    expect(used?.details?.serverTools).toEqual({ advisor: 1 });
  });

  it('counts a fallback of the vendor as a tool without a fee, because the tokens are those of two models', () => {
    const iterations = [
      { type: 'message', input_tokens: 5, output_tokens: 1 },
      { type: 'fallback_message', input_tokens: 5, output_tokens: 9 },
    ];
    const raw = { input_tokens: 5, output_tokens: 9 };
    const serverToolUse = { web_search_requests: 2 };
    expect(usage({ ...raw, iterations, server_tool_use: serverToolUse })?.details?.serverTools).toEqual({
      web_search: 2,
      fallback: 1,
    });
    expect(usage(raw, true)?.details?.serverTools).toEqual({ fallback: 1 });
    expect(usage(raw)?.details).toBeUndefined();
  });

  it.each([
    ['of the response', 100, 8],
    ['of the context before it was compacted', 55_277, 8],
  ])('sums the iterations of a compacted response whose totals are those %s', (_whose, input, output) => {
    const first = { input_tokens: 55_277, output_tokens: 1 };
    const iterations = [
      { type: 'compaction', input_tokens: 55_277, output_tokens: 83 },
      { type: 'message', input_tokens: 100, output_tokens: 8 },
    ];
    const last = { input_tokens: input, output_tokens: output, iterations };
    expect(usage(mergeUsage(first, last))).toMatchObject({ input: 55_377, output: 91 });
  });

  it('reads the details that affect the price', () => {
    const raw = {
      input_tokens: 1,
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 4 },
      cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 7 },
      service_tier: 'priority',
      speed: 'fast',
      inference_geo: 'us',
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
    };
    expect(usage(raw)).toMatchObject({
      reasoning: 4,
      details: {
        cacheWriteLong: 7,
        serviceTier: 'priority',
        speed: 'fast',
        inferenceGeo: 'us',
        serverTools: { web_search: 2 },
      },
    });
  });

  it('merges message_delta into message_start, except null and 0', () => {
    const first = {
      input_tokens: 10,
      cache_read_input_tokens: 3,
      output_tokens: 1,
      service_tier: 'standard',
    };
    const later = { input_tokens: 0, cache_read_input_tokens: null, output_tokens: 8 };
    expect(mergeUsage(first, later)).toEqual({ ...first, output_tokens: 8 });
    expect(mergeUsage(first, { input_tokens: 12, output_tokens: 8 })).toMatchObject({ input_tokens: 12 });
    expect(mergeUsage(undefined, later)).toBe(later);
  });
});
