import { describe, expect, it } from 'vitest';
import { parseChat } from '../src/openai-chat/read.ts';
import { parseResponses } from '../src/openai-responses/read.ts';
import type { ParseChat } from '../src/wire.ts';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const token = (levels: number): string =>
  `majordomo.1.${Buffer.from(`["openai@00000000#openai",${nested(levels)}]`).toString('base64')}`;

const post = (at: TestGateway, path: string, body: string): Promise<Response> =>
  fetch(at.url + path, { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, body });

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
    await using at = await startGateway();
    const answer = await post(at, path, body);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('is nested too deeply'),
    ]);
    expect(at.majordomo.health.snapshot()).toEqual({});
    expect(at.openai.requests).toHaveLength(0);
  });

  it('is ignored in a token', async () => {
    await using at = await startGateway();
    const call = { id: 'a', function: { name: 'f', arguments: '{}' } };
    const body = turns(JSON.stringify({ ...call, extra_content: { majordomo: token(20_000) } }));
    expect((await post(at, CHAT, body)).status).toBe(200);
  });

  it('is accepted up to 400 levels', async () => {
    await using at = await startGateway();
    const call = { id: 'a', function: { name: 'f', arguments: nested(400) } };
    expect((await post(at, CHAT, turns(JSON.stringify(call)))).status).toBe(200);
  });
});

describe('a request with 40,000 items', () => {
  const many = <T>(create: (at: number) => T): T[] => Array.from({ length: 40_000 }, (_, at) => create(at));
  const user = { role: 'user', content: 'hi' };
  const tool = { type: 'function', name: 'f', parameters: {} };

  it.each<[string, ParseChat, object]>([
    [
      'calls of one turn',
      parseResponses,
      { input: many((at) => ({ type: 'function_call', call_id: `c${at}`, name: 'f', arguments: '{}' })) },
    ],
    [
      'results of one turn',
      parseResponses,
      { input: many((at) => ({ type: 'function_call_output', call_id: `c${at}`, output: '' })) },
    ],
    [
      'calls by names that are not offered, and tools',
      parseResponses,
      {
        input: many((at) => ({ type: 'function_call', call_id: `c${at}`, name: `g${at}`, arguments: '{}' })),
        tools: many((at) => ({ ...tool, name: `f${at}` })),
      },
    ],
    [
      'tools of one name in a namespace',
      parseResponses,
      { input: 'hi', tools: [{ type: 'namespace', name: 'n', tools: many(() => tool) }] },
    ],
    [
      'tools of names that are too long',
      parseResponses,
      {
        input: 'hi',
        tools: [
          {
            type: 'namespace',
            name: 'n',
            tools: many((at) => ({ ...tool, name: 'x'.repeat(80) + String(at) })),
          },
        ],
      },
    ],
    [
      'tools of which very many may be called',
      parseChat,
      {
        messages: [user],
        tools: many((at) => ({ type: 'function', function: { name: `f${at}` } })),
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'auto',
            tools: many((at) => ({ type: 'function', function: { name: `f${at}` } })),
          },
        },
      },
    ],
    [
      'turns of the assistant',
      parseChat,
      { messages: [user, ...many(() => ({ role: 'assistant', content: 'a' }))] },
    ],
  ])('is parsed in linear time: %s', (_, parse, members) => {
    const before = process.cpuUsage();
    parse({ model: 'gpt', ...members }, { byUrl: () => expect.unreachable() });
    const { user: userTime, system } = process.cpuUsage(before);
    // Quadratic time would be 8 s or more, linear time is about 100 ms.
    expect((userTime + system) / 1e6).toBeLessThan(4);
  });
});
