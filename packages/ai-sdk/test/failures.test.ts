import { createMajordomo, LlmError } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { APICallError, generateText, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import { toAISDK } from '../src/index.ts';
import { createWorld } from './support/house.ts';

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

const silent = { onError: () => undefined, maxRetries: 2 };

describe('a chain without a target left', () => {
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

  it('fails a stream before its first part', async () => {
    await using at = await createWorld({ openai: [{ failure: 'auth' }] });
    const model = toAISDK(at.majordomo)('openai/gpt-5.4');
    const callOptions = {
      prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'x' }] }],
    };
    await expect(model.doStream(callOptions)).rejects.toMatchObject({
      statusCode: 401,
      data: { kind: 'auth' },
    });
    const { types, error } = await read(streamText({ model, prompt: 'x', ...silent }));
    expect(types).toContain('error');
    expect(error).toMatchObject({ name: 'AI_APICallError' });
  });

  it('has no status if the last attempt had none', async () => {
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
  it.each(['end', 'cut'] as const)(
    'is an error part of its own kind (%s), and never a status of the caller',
    async (fault) => {
      await using at = await createWorld({
        openai: [{ fault, answer: { parts: [{ type: 'text', text: 'one two three four', chunks: 3 }] } }],
      });
      const { text, types, error } = await read(
        streamText({ model: toAISDK(at.majordomo)(BOTH), prompt: 'x', ...silent }),
      );
      expect(text.length).toBeGreaterThan(0);
      expect(types).toContain('error');
      expect(['truncated', 'network']).toContain((error as { data: { kind: string } }).data.kind);
      expect((error as APICallError).statusCode).toBeUndefined();
      expect(at.openai.requests).toHaveLength(1);
      expect(at.anthropic.requests).toHaveLength(0);
    },
  );

  it('has an error part if the chain would restart', async () => {
    await using at = await createWorld(
      {
        openai: [
          { fault: 'end', answer: { parts: [{ type: 'text', text: 'one two three four', chunks: 3 }] } },
        ],
      },
      { chain: { afterCommit: 'restart' } },
    );
    const { types, error } = await read(
      streamText({ model: toAISDK(at.majordomo)(BOTH), prompt: 'x', ...silent }),
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
    const result = streamText({ model: toAISDK(at.majordomo)(BOTH), prompt: 'x', ...silent });
    const { text, types } = await read(result);
    expect(types).not.toContain('error');
    expect(text).toBe('The rain in Spain stays mainly in the plain.');
    expect((await result.finalStep).providerMetadata?.['majordomo']?.['target']).toBe(
      'anthropic/claude-haiku-4-5',
    );
  });
});

describe('an abort', () => {
  it('rejects generateText with the signal’s reason and closes the connection', async () => {
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

  it('ends a stream as aborted and closes the connection', async () => {
    await using at = await createWorld({ openai: [{ fault: 'stall' }] });
    const controller = new AbortController();
    const result = streamText({
      model: toAISDK(at.majordomo)('openai/gpt-5.4'),
      prompt: 'x',
      abortSignal: controller.signal,
      ...silent,
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

describe('a reader that stops', () => {
  it('keeps the connection until totalMs at most', async () => {
    const clock = fakeClock();
    // More than sockets and buffers hold, so that the server writes only while the stream is read.
    const long = { parts: [{ type: 'text' as const, text: 'x'.repeat(16_000_000), chunks: 20_000 }] };
    await using at = await createWorld({ openai: [long] }, { clock });
    const model = toAISDK(at.majordomo, { totalMs: 5000 })('openai/gpt-5.4');
    for await (const _piece of streamText({ model, prompt: 'x', ...silent }).textStream) break;
    const exchange = await at.openai.request(0);
    await clock.advance(4999);
    expect(exchange.outcome).toBe('open');
    await clock.advance(1);
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
    expect(clock.pending).toBe(0);
  });

  it('keeps the connection until unreadMs without totalMs', async () => {
    const clock = fakeClock();
    const ends: string[] = [];
    const majordomo = createMajordomo({
      providers: [
        fakeProvider({ id: 'fake', models: { m: [{ text: 'x'.repeat(1000), chunks: 1 }] }, clock }),
      ],
      clock,
      onEvent: (event) => {
        if (event.type === 'call-end') ends.push(event.outcome);
      },
    });
    const model = toAISDK(majordomo)('fake/m');
    for await (const _piece of streamText({ model, prompt: 'x', ...silent }).textStream) break;
    await clock.advance(299_999);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual(['abandoned']);
    expect(clock.pending).toBe(0);
  });
});
