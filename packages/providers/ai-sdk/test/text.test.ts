import { generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import { toAISDK } from '../src/index.ts';
import { createWorld } from './support/world.ts';

describe('generateText over a chain', () => {
  it('returns text, usage, finish and attempts of the target that answered', async () => {
    await using at = await createWorld({
      openai: [{ failure: 'overloaded' }],
      anthropic: [
        {
          id: '7',
          parts: [{ type: 'text', text: 'Hello world' }],
          usage: { input: 120, output: 30, cacheRead: 100, cacheWrite: 10 },
        },
      ],
    });
    const ai = toAISDK(at.majordomo);
    const result = await generateText({
      model: ai('openai/gpt-5.4,anthropic/claude-haiku-4-5'),
      instructions: 'be kind',
      prompt: 'hi',
      maxRetries: 2,
    });
    expect(result.text).toBe('Hello world');
    expect(result.finishReason).toBe('stop');
    expect(result.rawFinishReason).toBe('end_turn');
    expect(result.finalStep.response).toMatchObject({ id: 'msg_7', modelId: 'anthropic/claude-haiku-4-5' });
    expect(result.usage).toMatchObject({
      inputTokens: 120,
      inputTokenDetails: { noCacheTokens: 10, cacheReadTokens: 100, cacheWriteTokens: 10 },
      outputTokens: 30,
    });
    expect(result.finalStep.providerMetadata?.['majordomo']).toMatchObject({
      target: 'anthropic/claude-haiku-4-5',
      attempts: [
        { target: 'openai/gpt-5.4', outcome: 'failed', kind: 'overloaded', status: 503 },
        { target: 'anthropic/claude-haiku-4-5', outcome: 'finished' },
      ],
      warnings: [],
    });
    expect([at.openai.requests.length, at.anthropic.requests.length]).toEqual([1, 1]);
    expect(JSON.stringify(at.anthropic.requests[0]?.body)).toContain('be kind');
  });

  it('warns about settings that a target does not support or the bridge does not send', async () => {
    await using at = await createWorld();
    const { warnings, finalStep } = await generateText({
      model: toAISDK(at.majordomo)('anthropic/claude-haiku-4-5'),
      prompt: 'hi',
      seed: 3,
      headers: { 'x-mine': '1' },
      providerOptions: { anthropic: { thinking: { type: 'disabled' } } },
    });
    expect(warnings).toEqual([
      expect.objectContaining({ type: 'unsupported', feature: 'providerOptions.anthropic' }),
      { type: 'unsupported', feature: 'headers', details: 'not sent: x-mine; pass them to the provider' },
      expect.objectContaining({ type: 'unsupported', feature: 'seed' }),
    ]);
    expect(finalStep.providerMetadata?.['majordomo']?.['warnings']).toEqual([
      expect.objectContaining({ action: 'dropped', what: 'seed' }),
    ]);
  });

  it('passes settings, efforts and majordomo options to the call', async () => {
    const calls: unknown[] = [];
    await using at = await createWorld(
      {},
      {
        onEvent: (event) => {
          if (event.type === 'call-start') calls.push([event.call.tenant, event.call.metadata]);
        },
      },
    );
    await generateText({
      model: toAISDK(at.majordomo)('openai/gpt-5.4'),
      prompt: 'hi',
      maxOutputTokens: 99,
      reasoning: 'xhigh',
      providerOptions: {
        majordomo: { tenant: 't1', metadata: { team: 'a' }, extra: { openai: { truncation: 'auto' } } },
      },
    });
    expect(at.openai.requests[0]?.body).toMatchObject({
      max_output_tokens: 99,
      reasoning: { effort: 'xhigh' },
      truncation: 'auto',
    });
    expect(calls).toEqual([['t1', { team: 'a' }]]);
  });

  it('rejects a misspelled majordomo option before any request', async () => {
    await using at = await createWorld();
    const call = generateText({
      model: toAISDK(at.majordomo)('openai/gpt-5.4'),
      prompt: 'hi',
      providerOptions: { majordomo: { tennant: 't1' } },
    });
    await expect(call).rejects.toMatchObject({ cause: { kind: 'config', details: { path: 'tennant' } } });
    expect(at.openai.requests).toHaveLength(0);
  });
});

describe('streamText over a chain', () => {
  it('streams reasoning and text, with warnings before the first content', async () => {
    await using at = await createWorld({
      anthropic: [
        {
          parts: [
            { type: 'reasoning', text: 'thinking hard', chunks: 4 },
            { type: 'text', text: 'Hello streaming world', chunks: 4 },
          ],
        },
      ],
    });
    const result = streamText({
      model: toAISDK(at.majordomo)('anthropic/claude-haiku-4-5'),
      prompt: 'hi',
      reasoning: 'low',
      seed: 1,
    });
    const types: string[] = [];
    for await (const part of result.stream) if (types.at(-1) !== part.type) types.push(part.type);
    expect(types).toEqual([
      'start',
      'start-step',
      'reasoning-start',
      'reasoning-delta',
      'reasoning-end',
      'text-start',
      'text-delta',
      'text-end',
      'finish-step',
      'finish',
    ]);
    expect(await result.text).toBe('Hello streaming world');
    expect((await result.finalStep).reasoningText).toBe('thinking hard');
    expect(await result.finishReason).toBe('stop');
    expect(await result.warnings).toEqual([
      expect.objectContaining({ type: 'unsupported', feature: 'seed' }),
    ]);
    expect((await result.finalStep).providerMetadata?.['majordomo']).toMatchObject({
      target: 'anthropic/claude-haiku-4-5',
      attempts: [{ target: 'anthropic/claude-haiku-4-5', outcome: 'finished' }],
      warnings: [{ what: 'seed' }],
    });
    expect((await result.finalStep).response.modelId).toBe('anthropic/claude-haiku-4-5');
  });

  it('does not contain a target that failed before its first content', async () => {
    await using at = await createWorld({ openai: [{ fault: 'in-band', failure: { failure: 'server' } }] });
    const result = streamText({
      model: toAISDK(at.majordomo)('openai/gpt-5.4,anthropic/claude-haiku-4-5'),
      prompt: 'hi',
    });
    let text = '';
    for await (const piece of result.textStream) text += piece;
    expect(text).toBe('hello');
    expect((await result.finalStep).providerMetadata?.['majordomo']?.['attempts']).toMatchObject([
      { outcome: 'failed' },
      { outcome: 'finished' },
    ]);
  });
});
