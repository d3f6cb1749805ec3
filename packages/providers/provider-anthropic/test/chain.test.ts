import {
  assistant,
  createMajordomo,
  toolResult,
  user,
  type AssistantPart,
  type ChatRequest,
} from '@majordomo/core';
import { failureOf, inTurn, testServer, type TestServer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createAnthropic } from '../src/index.ts';
import { messageStart, textStream, textBlock } from './events.ts';
import { EVENT_STREAM, frame, sse, wireError } from './server.ts';

const open = (server: TestServer, model: string, attempts?: number) =>
  createMajordomo({
    providers: [createAnthropic({ apiKey: 'k', baseURL: server.origin })],
    env: {},
    chain: { attempts },
  }).model(`anthropic/${model}`);

const thinking: AssistantPart = {
  type: 'reasoning',
  text: 'hm',
  replay: { family: 'claude', data: { signature: 'c2ln' } },
};
const loop: ChatRequest = {
  messages: [
    user('weather?'),
    assistant([thinking, { type: 'tool-call', id: 'toolu_1', name: 'get', args: {} }]),
    toolResult({ callId: 'toolu_1', name: 'get', content: 'sun' }),
  ],
  reasoning: 'low',
};
const badSignature = wireError(
  'invalid_request_error',
  'messages.1.content.0: Invalid `signature` in `thinking` block',
  400,
);
const typesOf = (server: TestServer, at: number): string[] =>
  (server.requests[at]?.body['messages'] as { content: { type: string }[] }[]).flatMap(({ content }) =>
    content.map(({ type }) => type),
  );

describe('a rejected thinking signature', () => {
  it('causes one attempt without thinking blocks, with a warning', async () => {
    await using server = await testServer(inTurn(badSignature, sse(...textStream('sunny'))));
    const response = await open(server, 'claude-haiku-4-5').generate(loop);
    expect(response.text).toBe('sunny');
    expect(typesOf(server, 0)).toEqual(['text', 'thinking', 'tool_use', 'tool_result']);
    expect(typesOf(server, 1)).toEqual(['text', 'tool_use', 'tool_result']);
    expect(server.requests.map(({ body }) => body['thinking'])).toEqual([
      { type: 'enabled', budget_tokens: 2048 },
      undefined,
    ]);
    expect(response.warnings.map(({ what }) => what)).toEqual([
      'thinking of earlier turns dropped',
      'reasoning',
    ]);
  });
});

describe('a stream that fails after message_start', () => {
  const reportedUsage = { input: 15, cacheRead: 3, cacheWrite: 2, reasoning: undefined };

  it('retains the reported usage when the connection is cut', async () => {
    await using server = await testServer(sse(messageStart()));
    const error = await failureOf(open(server, 'some-model', 1).generate({ messages: [user('hi')] }));
    expect(error.kind).toBe('truncated');
    expect(error.details.attempts.map(({ usage }) => usage)).toEqual([{ ...reportedUsage, output: 1 }]);
  });

  it('reports the output as unknown after content has arrived', async () => {
    await using server = await testServer(sse(messageStart(), ...textBlock(0, 'half').slice(0, 2)));
    const error = await failureOf(open(server, 'some-model', 1).generate({ messages: [user('hi')] }));
    expect(error.details.attempts.map(({ usage }) => usage)).toEqual([
      { ...reportedUsage, output: undefined },
    ]);
    expect(error.details.partial).toMatchObject({ text: 'half', usage: { input: 15, output: undefined } });
  });

  it('retains the reported usage when the caller aborts', async () => {
    await using server = await testServer((response) => {
      response.writeHead(200, EVENT_STREAM);
      for (const event of [messageStart(), ...textBlock(0, 'half').slice(0, 2)]) response.write(frame(event));
    });
    const abort = new AbortController();
    const stream = open(server, 'some-model', 1).stream({ messages: [user('hi')] }, { signal: abort.signal });
    const error = await failureOf(
      (async () => {
        for await (const { type } of stream) if (type === 'text-delta') abort.abort();
      })(),
    );
    expect(error.kind).toBe('aborted');
    expect(error.details.attempts.map(({ usage }) => usage)).toEqual([
      { ...reportedUsage, output: undefined },
    ]);
  });
});
