import { describe, expect, it } from 'vitest';
import { openaiResponses } from '../src/openai-responses/wire.ts';
import { openaiChat } from '../src/openai-chat/wire.ts';
import type { Wire } from '../src/wire.ts';
import { house, KEY, type House } from './support/test-gateway.ts';

const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const token = (levels: number): string =>
  `majordomo.1.${Buffer.from(`["openai@00000000#openai",${nested(levels)}]`).toString('base64')}`;

const post = (at: House, path: string, body: string): Promise<Response> =>
  fetch(at.url + path, { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, body });

const CHAT = '/v1/chat/completions';
const turns = (call: string): string =>
  `{"model":"gpt","messages":[{"role":"user","content":"hi"},{"role":"assistant","tool_calls":[${call}]}]}`;

describe('JSON that is nested for ever', () => {
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
    ['what is embedded', '/v1/embeddings', `{"model":"gpt","input":${deep}}`],
  ])('is the fault of whoever sends it, and no target suffers for it: %s', async (_, path, body) => {
    await using at = await house();
    const answer = await post(at, path, body);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('is nested too deep'),
    ]);
    expect(at.majordomo.health.snapshot()).toEqual({});
    expect(at.openai.requests).toHaveLength(0);
  });

  it('is left out where it stands in a token', async () => {
    await using at = await house();
    const call = { id: 'a', function: { name: 'f', arguments: '{}' } };
    const body = turns(JSON.stringify({ ...call, extra_content: { majordomo: token(20_000) } }));
    expect((await post(at, CHAT, body)).status).toBe(200);
  });

  it('may be as deep as people write it', async () => {
    await using at = await house();
    const call = { id: 'a', function: { name: 'f', arguments: nested(400) } };
    expect((await post(at, CHAT, turns(JSON.stringify(call)))).status).toBe(200);
  });
});

describe('a request with very many of something', () => {
  const many = <T>(made: (at: number) => T): T[] => Array.from({ length: 40_000 }, (_, at) => made(at));
  const user = { role: 'user', content: 'hi' };
  const tool = { type: 'function', name: 'f', parameters: {} };

  it.each<[string, Wire, object]>([
    [
      'calls of one turn',
      openaiResponses,
      { input: many((at) => ({ type: 'function_call', call_id: `c${at}`, name: 'f', arguments: '{}' })) },
    ],
    [
      'results of one turn',
      openaiResponses,
      { input: many((at) => ({ type: 'function_call_output', call_id: `c${at}`, output: '' })) },
    ],
    [
      'calls by names that are not offered, and tools',
      openaiResponses,
      {
        input: many((at) => ({ type: 'function_call', call_id: `c${at}`, name: `g${at}`, arguments: '{}' })),
        tools: many((at) => ({ ...tool, name: `f${at}` })),
      },
    ],
    [
      'tools of one name in a namespace',
      openaiResponses,
      { input: 'hi', tools: [{ type: 'namespace', name: 'n', tools: many(() => tool) }] },
    ],
    [
      'tools of names that are too long',
      openaiResponses,
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
      openaiChat,
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
      openaiChat,
      { messages: [user, ...many(() => ({ role: 'assistant', content: 'a' }))] },
    ],
  ])('costs no more than their number: %s', (_, wire, members) => {
    const before = process.cpuUsage();
    wire.parse({ model: 'gpt', ...members }, { byUrl: () => expect.unreachable() });
    const { user: own, system } = process.cpuUsage(before);
    // Of the square of their number it would be 8 s and more; of the number, some 100 ms.
    expect((own + system) / 1e6).toBeLessThan(4);
  });
});
