import { createMajordomo, LlmError } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { APICallError, generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import { toAISDK } from '../src/index.ts';
import { createWorld } from './support/world.ts';

const BOTH = 'openai/gpt-5.4,anthropic/claude-haiku-4-5';

/** Returns the parts of a stream, up to its end or failure. */
async function read(result: {
  readonly stream: AsyncIterable<{
    readonly type: string;
    readonly error?: unknown;
    readonly text?: string;
  }>;
}): Promise<{ readonly types: string[]; readonly text: string; readonly error: unknown }> {
  const types: string[] = [];
  let [text, error]: [string, unknown] = ['', undefined];
  for await (const part of result.stream) {
    types.push(part.type);
    if (part.type === 'text-delta') text += part.text ?? '';
    if (part.type === 'error') ({ error } = part);
  }
  return { types, text, error };
}

const streamOptions = { onError: () => undefined, maxRetries: 2 };

describe('a chain whose targets have all failed', () => {
  it('rejects with an APICallError with the status of the last attempt and the LlmError as its cause', async () => {
    await using at = await createWorld({
      openai: [{ failure: 'overloaded' }],
      anthropic: [{ failure: 'rate-limit', retryAfter: { seconds: 70 } }],
    });
    const call = generateText({ model: toAISDK(at.majordomo)(BOTH), prompt: 'x', maxRetries: 2 });
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 429, isRetryable: false, data: { kind: 'exhausted' } });
    expect(LlmError.is((error as Error).cause, 'exhausted')).toBe(true);
    expect([at.openai.requests.length, at.anthropic.requests.length]).toEqual([1, 1]);
  });

  it('rejects doStream, and streamText emits an error part', async () => {
    await using at = await createWorld({ openai: [{ failure: 'auth' }] });
    const model = toAISDK(at.majordomo)('openai/gpt-5.4');
    const callOptions = {
      prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'x' }] }],
    };
    await expect(model.doStream(callOptions)).rejects.toMatchObject({
      statusCode: 401,
      data: { kind: 'auth' },
    });
    const { types, error } = await read(streamText({ model, prompt: 'x', ...streamOptions }));
    expect(types).toContain('error');
    expect(error).toMatchObject({ name: 'AI_APICallError' });
  });

  it('rejects without a status if the last attempt had none', async () => {
    await using at = await createWorld({ openai: [{ fault: 'reset' }] });
    const error: unknown = await generateText({
      model: toAISDK(at.majordomo)('openai/gpt-5.4'),
      prompt: 'x',
      maxRetries: 2,
    }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ data: { kind: 'network' } });
    expect(error).not.toMatchObject({ statusCode: expect.any(Number) as number });
    expect(at.openai.requests).toHaveLength(1);
  });
});

describe('a stream that is cut after its first content', () => {
  it.each(['end', 'cut'] as const)('ends with an error part without a status (%s)', async (fault) => {
    await using at = await createWorld({
      openai: [{ fault, answer: { parts: [{ type: 'text', text: 'one two three four', chunks: 3 }] } }],
    });
    const { text, types, error } = await read(
      streamText({ model: toAISDK(at.majordomo)(BOTH), prompt: 'x', ...streamOptions }),
    );
    expect(text.length).toBeGreaterThan(0);
    expect(types).toContain('error');
    expect(['truncated', 'network']).toContain((error as { data: { kind: string } }).data.kind);
    expect((error as APICallError).statusCode).toBeUndefined();
    expect(at.openai.requests).toHaveLength(1);
    expect(at.anthropic.requests).toHaveLength(0);
  });

  it('ends with an error part if the chain would restart', async () => {
    await using at = await createWorld(
      {
        openai: [
          { fault: 'end', answer: { parts: [{ type: 'text', text: 'one two three four', chunks: 3 }] } },
        ],
      },
      { chain: { afterCommit: 'restart' } },
    );
    const { types, error } = await read(
      streamText({ model: toAISDK(at.majordomo)(BOTH), prompt: 'x', ...streamOptions }),
    );
    expect(types).toContain('error');
    expect(error).toMatchObject({ data: { kind: 'truncated' } });
  });

  it('continues with the next target in the same text', async () => {
    await using at = await createWorld(
      {
        openai: [
          {
            fault: 'end',
            answer: { parts: [{ type: 'text', text: 'The rain in Spain stays mainly', chunks: 10 }] },
            at: { content: 3 },
          },
        ],
        anthropic: [' in the plain.'],
      },
      { chain: { afterCommit: 'continue' } },
    );
    const result = streamText({ model: toAISDK(at.majordomo)(BOTH), prompt: 'x', ...streamOptions });
    const { text, types } = await read(result);
    expect(types).not.toContain('error');
    expect(text).toBe('The rain in Spain stays mainly in the plain.');
    expect((await result.finalStep).providerMetadata?.['majordomo']?.['target']).toBe(
      'anthropic/claude-haiku-4-5',
    );
  });
});

describe('an abort', () => {
  it('rejects generateText with the reason of the signal, and closes the connection', async () => {
    await using at = await createWorld({ openai: [{ fault: 'late' }] });
    const controller = new AbortController();
    const call = generateText({
      model: toAISDK(at.majordomo)('openai/gpt-5.4'),
      prompt: 'x',
      abortSignal: controller.signal,
    });
    const exchange = await at.openai.request(0);
    controller.abort();
    await expect(call).rejects.toBe(controller.signal.reason);
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
  });

  it('ends a stream with an abort part, and closes the connection', async () => {
    await using at = await createWorld({ openai: [{ fault: 'stall' }] });
    const controller = new AbortController();
    const result = streamText({
      model: toAISDK(at.majordomo)('openai/gpt-5.4'),
      prompt: 'x',
      abortSignal: controller.signal,
      ...streamOptions,
    });
    const types: string[] = [];
    for await (const part of result.stream) {
      types.push(part.type);
      if (part.type === 'text-delta') controller.abort();
    }
    expect(types.at(-1)).toBe('abort');
    expect(types).not.toContain('error');
    const exchange = await at.openai.request(0);
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
  });
});

describe('a stream whose reader stops', () => {
  it('closes the connection after totalMs', async () => {
    const clock = fakeClock();
    // The answer exceeds the buffers of the sockets, so that the server writes only while the stream is read.
    const longAnswer = { parts: [{ type: 'text' as const, text: 'x'.repeat(16_000_000), chunks: 20_000 }] };
    await using at = await createWorld({ openai: [longAnswer] }, { clock });
    const model = toAISDK(at.majordomo, { totalMs: 5000 })('openai/gpt-5.4');
    for await (const _piece of streamText({ model, prompt: 'x', ...streamOptions }).textStream) break;
    const exchange = await at.openai.request(0);
    await clock.advance(4999);
    expect(exchange.outcome).toBe('open');
    await clock.advance(1);
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
    expect(clock.pending).toBe(0);
  });

  it('ends the call after unreadMs without totalMs', async () => {
    const clock = fakeClock();
    const outcomes: string[] = [];
    const majordomo = createMajordomo({
      providers: [
        fakeProvider({ id: 'fake', models: { m: [{ text: 'x'.repeat(1000), chunks: 1 }] }, clock }),
      ],
      clock,
      onEvent: (event) => {
        if (event.type === 'call-end') outcomes.push(event.outcome);
      },
    });
    const model = toAISDK(majordomo)('fake/m');
    for await (const _piece of streamText({ model, prompt: 'x', ...streamOptions }).textStream) break;
    await clock.advance(299_999);
    expect(outcomes).toEqual([]);
    await clock.advance(1);
    expect(outcomes).toEqual(['abandoned']);
    expect(clock.pending).toBe(0);
  });
});
