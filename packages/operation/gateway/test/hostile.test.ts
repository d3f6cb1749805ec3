import { growthOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { parseChat } from '../src/openai-chat/read.ts';
import { parseResponses } from '../src/openai-responses/read.ts';
import type { Media } from '../src/parsing/media.ts';
import type { ParsedRequest } from '../src/wire.ts';
import { post } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const token = (levels: number): string =>
  `majordomo.1.${Buffer.from(`["openai@00000000#openai",${nested(levels)}]`).toString('base64')}`;

const CHAT = '/v1/chat/completions';
const turns = (call: string): string =>
  `{"model":"gpt","messages":[{"role":"user","content":"hi"},{"role":"assistant","tool_calls":[${call}]}]}`;

describe('deeply nested JSON', () => {
  const deep = nested(20_000);
  it.each([
    [
      'a tool',
      CHAT,
      `{"model":"gpt","messages":[],"tools":[{"type":"function","function":{"name":"f","parameters":${deep}}}]}`,
    ],
    ['metadata', CHAT, `{"model":"gpt","messages":[{"role":"user","content":"hi"}],"metadata":${deep}}`],
    ['lists', CHAT, `{"model":"gpt","messages":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    [
      'a schema',
      '/v1/responses',
      `{"model":"gpt","input":"hi","text":{"format":{"type":"json_schema","name":"a","schema":${deep}}}}`,
    ],
    [
      'an input',
      '/v1/messages',
      `{"model":"gpt","max_tokens":5,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":${deep}}]}]}`,
    ],
    ['embeddings', '/v1/embeddings', `{"model":"gpt","input":${deep}}`],
  ])('is refused without effect on the health of targets: %s', async (_, path, body) => {
    await using testGateway = await startGateway();
    const response = await post(testGateway, path, body);
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('is nested more than 500 levels deep'),
    ]);
    expect(testGateway.majordomo.health.snapshot()).toEqual({});
    expect(testGateway.openai.requests).toHaveLength(0);
  });

  it('is refused in a token', async () => {
    await using testGateway = await startGateway();
    const call = { id: 'a', function: { name: 'f', arguments: '{}' } };
    const body = turns(JSON.stringify({ ...call, extra_content: { majordomo: token(20_000) } }));
    const response = await post(testGateway, CHAT, body);
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('majordomo: the JSON in it is nested more than 500 levels deep'),
    ]);
  });

  it('is accepted up to 400 levels', async () => {
    await using testGateway = await startGateway();
    const call = { id: 'a', function: { name: 'f', arguments: nested(400) } };
    expect((await post(testGateway, CHAT, turns(JSON.stringify(call)))).status).toBe(200);
  });
});

/** Creates an array of items. */
type Repeat = <T>(create: (index: number) => T) => readonly T[];

describe('a request with many items', () => {
  const user = { role: 'user', content: 'hi' };
  const tool = { type: 'function', name: 'f', parameters: {} };

  it.each<[string, (body: unknown, media: Media) => ParsedRequest, (repeat: Repeat) => object]>([
    [
      'calls of one turn',
      parseResponses,
      (repeat) => ({
        input: repeat((index) => ({
          type: 'function_call',
          call_id: `c${index}`,
          name: 'f',
          arguments: '{}',
        })),
      }),
    ],
    [
      'results of one turn',
      parseResponses,
      (repeat) => ({
        input: repeat((index) => ({ type: 'function_call_output', call_id: `c${index}`, output: '' })),
      }),
    ],
    [
      'calls by names that are not offered, and tools',
      parseResponses,
      (repeat) => ({
        input: repeat((index) => ({
          type: 'function_call',
          call_id: `c${index}`,
          name: `g${index}`,
          arguments: '{}',
        })),
        tools: repeat((index) => ({ ...tool, name: `f${index}` })),
      }),
    ],
    [
      'tools of one name in a namespace',
      parseResponses,
      (repeat) => ({ input: 'hi', tools: [{ type: 'namespace', name: 'n', tools: repeat(() => tool) }] }),
    ],
    [
      'tools of names that are too long',
      parseResponses,
      (repeat) => ({
        input: 'hi',
        tools: [
          {
            type: 'namespace',
            name: 'n',
            tools: repeat((index) => ({ ...tool, name: 'x'.repeat(80) + String(index) })),
          },
        ],
      }),
    ],
    [
      'tools that a tool choice lists completely',
      parseChat,
      (repeat) => ({
        messages: [user],
        tools: repeat((index) => ({ type: 'function', function: { name: `f${index}` } })),
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'auto',
            tools: repeat((index) => ({ type: 'function', function: { name: `f${index}` } })),
          },
        },
      }),
    ],
    [
      'turns of the assistant',
      parseChat,
      (repeat) => ({ messages: [user, ...repeat(() => ({ role: 'assistant', content: 'a' }))] }),
    ],
  ])('is parsed in linear time: %s', (_, parse, membersOf) => {
    const growth = growthOf((items) => {
      const body = {
        model: 'gpt',
        ...membersOf((create) => Array.from({ length: items }, (__, at) => create(at))),
      };
      return () =>
        void parse(body, { byFile: () => expect.unreachable(), byUrl: () => expect.unreachable() });
    });
    // Quadratic time would grow by 16.
    expect(growth).toBeLessThan(10);
  });
});
