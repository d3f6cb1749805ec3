import {
  assistant,
  createMajordomo,
  toolResult,
  user,
  type AssistantPart,
  type ChatRequest,
} from '@majordomo/core';
import { inTurn, testServer, type TestServer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createAnthropic, type AnthropicOptions } from '../src/index.ts';
import { message, says } from './events.ts';
import { json, sse, wireError } from './server.ts';

const open = (server: TestServer, model: string, options: AnthropicOptions = {}) =>
  createMajordomo({
    providers: [createAnthropic({ apiKey: 'k', baseURL: server.origin, ...options })],
    env: {},
  }).model(`anthropic/${model}`);

const thought: AssistantPart = {
  type: 'reasoning',
  text: 'hm',
  replay: { family: 'claude', data: { signature: 'c2ln' } },
};
const loop: ChatRequest = {
  messages: [
    user('weather?'),
    assistant([thought, { type: 'tool-call', id: 'toolu_1', name: 'get', args: {} }]),
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

describe('a refused thinking signature', () => {
  it('is answered by one attempt without thinking blocks, with a warning', async () => {
    await using server = await testServer(inTurn(badSignature, sse(...says('sunny'))));
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

  it('is final the second time', async () => {
    await using server = await testServer(badSignature);
    await expect(open(server, 'claude-haiku-4-5').generate(loop)).rejects.toMatchObject({
      kind: 'invalid-request',
    });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a refused parameter', () => {
  it('is dropped, and not sent to that target again', async () => {
    const refused = wireError('invalid_request_error', 'temperature: Extra inputs are not permitted', 400);
    await using server = await testServer(inTurn(refused, json(message([{ type: 'text', text: 'ok' }]))));
    const model = open(server, 'some-model');
    for (const _ of [1, 2]) {
      const { warnings } = await model.generate({ messages: [user('hi')], temperature: 0.5 });
      expect(warnings).toMatchObject([{ action: 'repaired', what: 'temperature dropped' }]);
    }
    expect(server.requests.map(({ body }) => body['temperature'])).toEqual([0.5, undefined, undefined]);
  });
});

describe('a rejected credential', () => {
  it('is asked for once more', async () => {
    await using server = await testServer(
      inTurn(
        wireError('authentication_error', 'expired', 401),
        json(message([{ type: 'text', text: 'ok' }])),
      ),
    );
    const apiKey = ({ rejected }: { readonly rejected: string | undefined }): string =>
      rejected === undefined ? 'old' : 'new';
    const response = await open(server, 'some-model', { apiKey }).generate({ messages: [user('hi')] });
    expect(response.text).toBe('ok');
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer old',
      'Bearer new',
    ]);
  });
});
