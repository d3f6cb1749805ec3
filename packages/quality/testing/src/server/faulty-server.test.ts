import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startFaultyServer, type FaultyServer, type ScriptedResponses } from './faulty-server.ts';
import type { ScriptedResponse } from './response.ts';

const hi = [{ role: 'user' as const, content: 'hi' }];
const weather = [{ name: 'weather', args: { city: 'Oslo' } }];

interface Reply {
  readonly text: string;
  readonly calls: readonly (readonly [name: string, args: unknown])[];
}

const openaiOf = ({ openaiBaseURL: baseURL }: FaultyServer, timeout?: number): OpenAI =>
  new OpenAI({ apiKey: 'test', baseURL, maxRetries: 0, timeout });
const anthropicOf = ({ anthropicBaseURL: baseURL }: FaultyServer, timeout?: number): Anthropic =>
  new Anthropic({ apiKey: 'test', baseURL, maxRetries: 0, timeout });

/** Functions that make one call through each SDK, streamed and non-streamed. */
const calls: Readonly<Record<string, (server: FaultyServer, timeout?: number) => Promise<Reply>>> = {
  async 'Chat Completions'(server, timeout) {
    const body = { model: 'm', messages: hi };
    const { choices } = await openaiOf(server, timeout).chat.completions.create(body);
    return chatReply(choices[0]?.message);
  },
  async 'a Chat Completions stream'(server, timeout) {
    const stream = openaiOf(server, timeout).chat.completions.stream({ model: 'm', messages: hi });
    return chatReply((await stream.finalChatCompletion()).choices[0]?.message);
  },
  async Messages(server, timeout) {
    return messagesReply(
      await anthropicOf(server, timeout).messages.create({ model: 'm', messages: hi, max_tokens: 9 }),
    );
  },
  async 'a Messages stream'(server, timeout) {
    const stream = anthropicOf(server, timeout).messages.stream({ model: 'm', messages: hi, max_tokens: 9 });
    return messagesReply(await stream.finalMessage());
  },
};

const chatReply = (message?: OpenAI.Chat.ChatCompletionMessage): Reply => ({
  text: message?.content ?? '',
  calls: (message?.tool_calls ?? []).flatMap((call) =>
    call.type === 'function' ? [[call.function.name, JSON.parse(call.function.arguments)] as const] : [],
  ),
});

const messagesReply = ({ content }: Anthropic.Message): Reply => ({
  text: content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join(''),
  calls: content.flatMap((block) => (block.type === 'tool_use' ? [[block.name, block.input] as const] : [])),
});

describe.each(Object.entries(calls))('a faulty server of %s', (_name, call) => {
  const callWith = async (response: ScriptedResponse, timeout?: number): Promise<Reply> => {
    await using server = await startFaultyServer([response]);
    return await call(server, timeout);
  };

  it('sends text and tool calls', async () => {
    expect(await callWith('It is snowing.')).toEqual({ text: 'It is snowing.', calls: [] });
    const response = { text: 'Let me look.', toolCalls: weather, delayMs: 1, everyMs: 1 };
    expect(await callWith(response)).toEqual({
      text: 'Let me look.',
      calls: [['weather', { city: 'Oslo' }]],
    });
    expect(await callWith({ toolCalls: [...weather, ...weather] })).toMatchObject({
      text: '',
      calls: { length: 2 },
    });
  });

  it('sends an error with its status, message and Retry-After', async () => {
    const error: unknown = await callWith({ status: 429, message: 'slow down', retryAfterMs: 1500 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ status: 429, message: expect.stringContaining('slow down') as string });
    const { headers } = error as { readonly headers: Headers };
    expect([headers.get('retry-after'), headers.get('retry-after-ms')]).toEqual(['2', '1500']);
  });

  it('cuts the connection after a part of the response', async () => {
    await expect(callWith({ cutAfter: 'It is' })).rejects.toThrow(
      /terminated|Connection error|Premature close/,
    );
  });

  it('sends a wrong body', async () => {
    await expect(
      callWith({ body: '<h1>502</h1>', contentType: 'text/html', status: 502 }),
    ).rejects.toMatchObject({
      status: 502,
    });
  });

  it('does not respond with an infinite delay', async () => {
    await expect(callWith({ delayMs: Infinity, text: 'never' }, 50)).rejects.toThrow(/timed out|timeout/i);
  });
});

describe('a faulty server', () => {
  it('records the requests', async () => {
    await using server = await startFaultyServer(['one', 'two', 'three']);
    await calls['Messages']?.(server);
    await calls['a Chat Completions stream']?.(server);
    expect(server.requests).toMatchObject([
      {
        api: 'messages',
        model: 'm',
        stream: false,
        headers: { authorization: 'Bearer test' },
        body: { messages: hi },
      },
      { api: 'chat-completions', model: 'm', stream: true, body: { model: 'm' } },
    ]);
    expect(server.unplayed).toBe(1);
  });

  it('calls a function for the response', async () => {
    const responses: ScriptedResponses = ({ model }, index) => `${model} ${index}`;
    await using server = await startFaultyServer(responses);
    expect((await calls['Messages']?.(server))?.text).toBe('m 0');
    expect((await calls['a Chat Completions stream']?.(server))?.text).toBe('m 1');
    expect(server.unplayed).toBe(0);
  });

  it.each<[string, ScriptedResponses, string]>([
    ['a request beyond the list', [], 'request 1 has no response; add one to the 0 responses of the test'],
    [
      'a function that throws',
      () => {
        throw new Error('no such model');
      },
      'the function `responses` threw: no such model',
    ],
  ])('reports %s with status 400', async (_case, responses, message) => {
    await using server = await startFaultyServer(responses);
    await expect(calls['Messages']?.(server)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message) as string,
    });
  });

  it('names its endpoints for another path', async () => {
    await using server = await startFaultyServer(['hi']);
    const response = await fetch(`${server.anthropicBaseURL}/v1/responses`, { method: 'POST', body: '{}' });
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('use POST /v1/chat/completions or /v1/messages') as string,
    ]);
    expect(server.unplayed).toBe(1);
  });

  it('sends the usage of a Chat Completions stream on request only', async () => {
    await using server = await startFaultyServer(['hi', 'hi']);
    const usageWith = async (options: object): Promise<unknown[]> => {
      const body = { model: 'm', messages: hi, stream: true as const, ...options };
      const usages: unknown[] = [];
      for await (const { usage } of await openaiOf(server).chat.completions.create(body))
        if (usage) usages.push(usage);
      return usages;
    };
    expect(await usageWith({})).toEqual([]);
    expect(await usageWith({ stream_options: { include_usage: true } })).toMatchObject([
      { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
    ]);
  });
});

it.each([
  ['that is not JSON', '{'],
  ['with more than 100,000 elements', `[${'0,'.repeat(100_000)}0]`],
])('a request %s ends only its own connection', async (_, body) => {
  await using server = await startFaultyServer(['hi']);
  const url = `${server.openaiBaseURL}/chat/completions`;
  await expect(fetch(url, { method: 'POST', body })).rejects.toThrow();
  const response = await fetch(url, { method: 'POST', body: '{"model":"m"}' });
  expect([response.status, server.requests.map(({ model }) => model)]).toEqual([200, ['m']]);
});
