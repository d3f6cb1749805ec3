import { createMajordomo, user, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createGroq } from '@majordomo/provider-groq';
import { createOpenAI } from '@majordomo/provider-openai';
import { testServer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';

const apiKey = 'test-key';
const chat = {
  id: 'r',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }],
};
const response = {
  id: 'r',
  object: 'response',
  status: 'completed',
  output: [{ type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] }],
};
const message = {
  id: 'r',
  type: 'message',
  role: 'assistant',
  model: 'm',
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
  content: [{ type: 'text', text: 'hi' }],
};

/** Vendors whose SDKs read the header (openai 7.55, Anthropic 1.10, groq-sdk 1.6, Cerebras 1.91). */
const VENDORS: readonly (readonly [
  name: string,
  createProvider: (baseURL: string) => Provider,
  answer: object,
])[] = [
  ['openai-chat', (baseURL) => createOpenAI({ id: 'p', apiKey, baseURL, api: 'chat' }), chat],
  ['openai-responses', (baseURL) => createOpenAI({ id: 'p', apiKey, baseURL }), response],
  ['anthropic', (baseURL) => createAnthropic({ id: 'p', apiKey, baseURL }), message],
  ['groq', (baseURL) => createGroq({ id: 'p', apiKey, baseURL }), chat],
  ['cerebras', (baseURL) => createCerebras({ id: 'p', apiKey, baseURL }), chat],
];

/** Calls a server that fails once with this status and header value. Returns the text or error kind, and the request count. */
async function callAfterFailure(
  createProvider: (baseURL: string) => Provider,
  answer: object,
  status: number,
  headerValue: string | undefined,
) {
  let requests = 0;
  await using server = await testServer((response) => {
    const failed = ++requests === 1;
    response
      .writeHead(failed ? status : 200, {
        'content-type': 'application/json',
        ...(failed && headerValue !== undefined && { 'x-should-retry': headerValue }),
      })
      .end(JSON.stringify(failed ? { error: { message: 'not now' } } : answer));
  });
  const model = createMajordomo({ providers: [createProvider(server.origin)], env: {} }).model('p/m');
  const outcome = await model
    .generate({ messages: [user('hi')], maxTokens: 9 }, { backoff: { baseMs: 0 } })
    .then(
      ({ text }) => text,
      (error: unknown) => (error as { kind: string }).kind,
    );
  return [outcome, requests];
}

describe.each(VENDORS)('x-should-retry of %s', (_name, createProvider, answer) => {
  it.each([
    ['false: does not retry a temporary failure', 503, 'false', ['overloaded', 1]],
    ['true: retries a rejection', 409, 'true', ['hi', 2]],
    ['true: does not retry an authentication failure', 401, 'true', ['auth', 1]],
    ['no header: decides by status', 503, undefined, ['hi', 2]],
    ['no header: does not retry a rejection', 409, undefined, ['invalid-request', 1]],
    ['another value: decides by status', 503, 'perhaps', ['hi', 2]],
  ] as const)('%s', async (_what, status, headerValue, expected) => {
    expect(await callAfterFailure(createProvider, answer, status, headerValue)).toEqual(expected);
  });
});
