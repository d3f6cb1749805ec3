import { createMajordomo, fromJson, LlmError, toJson, user, type Provider } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI } from '@majordomo/provider-openai';
import { testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';

const LEVELS = 50_000;
const DEEP = `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`;
const TEXT = JSON.stringify(DEEP);
const apiKey = 'test-key';

const sseBody = (...events: readonly string[]): string => events.map((data) => sseEvent(data)).join('');
const namedEvents = (...events: readonly (readonly [string, string])[]): string =>
  events.map(([event, data]) => sseEvent(data, event)).join('');

/** Tool call with 50,000 levels of arguments, non-streaming and streamed; `undefined` if the wire has no such stream. */
const WIRES: readonly (readonly [string, (baseURL: string) => Provider, string, string | undefined])[] = [
  [
    'openai-chat',
    (baseURL) => createOpenAI({ id: 'p', apiKey, baseURL, api: 'chat' }),
    `{"id":"r","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"t","arguments":${TEXT}}}]}}]}`,
    sseBody(
      `{"id":"r","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"t","arguments":${TEXT}}}]}}]}`,
      '{"id":"r","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}',
      '[DONE]',
    ),
  ],
  [
    'openai-responses',
    (baseURL) => createOpenAI({ id: 'p', apiKey, baseURL }),
    `{"id":"r","object":"response","status":"completed","output":[{"type":"function_call","id":"f","call_id":"c","name":"t","arguments":${TEXT},"status":"completed"}]}`,
    undefined,
  ],
  [
    'anthropic-messages',
    (baseURL) => createAnthropic({ id: 'p', apiKey, baseURL }),
    `{"id":"r","type":"message","role":"assistant","model":"m","stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1},"content":[{"type":"tool_use","id":"c","name":"t","input":${DEEP}}]}`,
    namedEvents(
      [
        'message_start',
        '{"type":"message_start","message":{"id":"r","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}',
      ],
      [
        'content_block_start',
        '{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"c","name":"t","input":{}}}',
      ],
      [
        'content_block_delta',
        `{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":${TEXT}}}`,
      ],
      ['content_block_stop', '{"type":"content_block_stop","index":0}'],
      [
        'message_delta',
        '{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":1}}',
      ],
      ['message_stop', '{"type":"message_stop"}'],
    ),
  ],
  [
    'gemini-generate',
    (baseURL) => createGoogle({ id: 'p', apiKey, baseURL }),
    `{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"id":"c","name":"t","args":${DEEP}}}]},"finishReason":"STOP"}]}`,
    sseBody(
      `{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"id":"c","name":"t","args":${DEEP}}}]},"finishReason":"STOP"}]}`,
    ),
  ],
  [
    'ollama-chat',
    (baseURL) => createOllama({ id: 'p', baseURL }),
    `{"model":"m","done":true,"done_reason":"stop","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"t","arguments":${DEEP}}}]}}`,
    undefined,
  ],
  [
    'workersai-run',
    (baseURL) => createCloudflare({ id: 'p', apiKey, baseURL, accountId: 'a' }),
    `{"success":true,"result":{"response":"","tool_calls":[{"id":"c","name":"t","arguments":${DEEP}}]}}`,
    undefined,
  ],
];

const CASES = WIRES.flatMap(([name, provider, body, stream]) => [
  [`${name}, non-streaming`, provider, 'application/json', body] as const,
  ...(stream === undefined ? [] : [[`${name}, streamed`, provider, 'text/event-stream', stream] as const]),
]);

const tools = [
  { name: 't', description: 'd', parameters: { type: 'object', properties: { a: { type: 'object' } } } },
] as const;

it.each(CASES)(
  'arguments with 50,000 levels invalidate their call, and the conversation continues: %s',
  async (_name, provider, type, body) => {
    await using server = await testServer((response) => {
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    const model = createMajordomo({ providers: [provider(server.origin)], env: {} }).model('p/m');
    const ask = (messages: Parameters<typeof model.generate>[0]['messages']) =>
      model.stream({ messages, tools, maxTokens: 9 }, { attempts: 1 });
    const error = (thrown: unknown): LlmError => {
      if (LlmError.is(thrown)) return thrown;
      throw thrown;
    };
    const first =
      type === 'application/json'
        ? await model.generate({ messages: [user('hi')], tools, maxTokens: 9 }, { attempts: 1 }).catch(error)
        : await ask([user('hi')])
            .response()
            .catch(error);
    if (LlmError.is(first)) throw first;
    const [call] = first.message.parts.filter((part) => part.type === 'tool-call');
    expect(call).toMatchObject({ name: 't', args: {}, invalid: { raw: expect.any(String) as string } });
    const restored = fromJson(JSON.parse(JSON.stringify(toJson(first.message))));
    expect(restored).toBeDefined();
    const result = {
      type: 'tool-result',
      callId: call?.id ?? '',
      name: 't',
      content: [{ type: 'text', text: 'no' }],
      isError: true,
    } as const;
    const second = await model
      .generate(
        { messages: [user('hi'), first.message, { role: 'tool', parts: [result] }], tools, maxTokens: 9 },
        { attempts: 1 },
      )
      .catch(error);
    expect(LlmError.is(second) ? second.kind : 'answered').not.toBe('network');
    expect(server.requests).toHaveLength(2);
  },
);
