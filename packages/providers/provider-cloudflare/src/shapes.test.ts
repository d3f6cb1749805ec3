import { sseEvent } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { callModel } from '../test/calls.ts';
import { createCloudflare } from './provider.ts';

type Read = Awaited<ReturnType<typeof callModel>>;

const serving = (body: string, type: string) =>
  createCloudflare({
    accountId: 'acc',
    apiKey: 'key',
    fetch: () => Promise.resolve(new Response(body, { headers: { 'content-type': type } })),
  });
const readResult = (result: unknown): Promise<Read> =>
  callModel(serving(JSON.stringify({ result, success: true, errors: [], messages: [] }), 'application/json'));
const streamed = (...events: readonly unknown[]): Promise<Read> =>
  callModel(
    serving(
      events.map((event) => sseEvent(typeof event === 'string' ? event : JSON.stringify(event))).join(''),
      'text/event-stream',
    ),
  );

const summaryOf = ({ text, parts, finish, rawFinish, usage, error }: Read): object => ({
  text,
  reasoning: parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
  calls: parts.flatMap((part) =>
    part.type === 'tool-call' ? [`${part.name} ${JSON.stringify(part.args)}`] : [],
  ),
  finish,
  rawFinish,
  input: usage?.input,
  output: usage?.output,
  error: error?.kind,
});
/** Response that all shapes contain. */
const ANSWER = {
  text: 'Hello',
  reasoning: 'Hm.',
  calls: ['add {"a":1}'],
  finish: 'tool-calls',
  input: 12,
  output: 5,
  error: undefined,
};
const CHAT_USAGE = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const USAGE = { input_tokens: 12, output_tokens: 5 };
const CALL = { id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } };

describe('the same response', () => {
  it.each<[shape: string, result: object, rawFinish: string | undefined]>([
    [
      "of the vendor's own shape",
      {
        response: 'Hello',
        reasoning_content: 'Hm.',
        tool_calls: [{ name: 'add', arguments: { a: 1 } }],
        usage: CHAT_USAGE,
      },
      undefined,
    ],
    [
      'of Chat Completions',
      {
        id: 'r1',
        choices: [
          {
            message: { content: 'Hello', reasoning_content: 'Hm.', tool_calls: [CALL] },
            finish_reason: 'tool_calls',
          },
        ],
        usage: CHAT_USAGE,
      },
      'tool_calls',
    ],
    [
      'of Responses',
      {
        id: 'r1',
        output: [
          { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hm.' }], summary: [] },
          { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] },
          { type: 'function_call', call_id: 'c1', name: 'add', arguments: '{"a":1}' },
        ],
        status: 'completed',
        usage: USAGE,
      },
      'completed',
    ],
    [
      'of Messages',
      {
        id: 'r1',
        type: 'message',
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: 'Hello' },
          { type: 'tool_use', id: 'c1', name: 'add', input: { a: 1 } },
        ],
        stop_reason: 'tool_use',
        usage: USAGE,
      },
      'tool_use',
    ],
  ])('non-streaming: %s is the same', async (_shape, result, rawFinish) => {
    expect(summaryOf(await readResult(result))).toEqual({ ...ANSWER, rawFinish });
  });

  it.each<[shape: string, events: readonly unknown[], rawFinish: string | undefined]>([
    [
      "of the vendor's own shape",
      [
        { reasoning_content: 'Hm.', response: '' },
        { response: 'Hel' },
        { response: 'lo', tool_calls: [] },
        { tool_calls: [{ ...CALL, index: 0 }] },
        { tool_calls: [{ id: null, type: null, function: { name: null, arguments: '' } }] },
        { response: '', usage: CHAT_USAGE },
        '[DONE]',
      ],
      undefined,
    ],
    [
      'of Chat Completions',
      [
        { id: 'r1', choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }] },
        { choices: [{ delta: { reasoning_content: 'Hm.' } }] },
        { choices: [{ delta: { content: 'Hel' } }] },
        { choices: [{ delta: { content: 'lo' } }] },
        {
          choices: [
            { delta: { tool_calls: [{ index: 0, id: 'c1', function: { name: 'add', arguments: '' } }] } },
          ],
        },
        { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] } }] },
        { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] } }] },
        { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
        { choices: [], usage: CHAT_USAGE },
        '[DONE]',
      ],
      'tool_calls',
    ],
    [
      'of Responses',
      [
        { type: 'response.created', response: { id: 'r1' } },
        { type: 'response.reasoning_text.delta', delta: 'Hm.' },
        { type: 'response.output_text.delta', delta: 'Hel' },
        { type: 'response.output_text.delta', delta: 'lo' },
        {
          type: 'response.output_item.done',
          item: { type: 'function_call', call_id: 'c1', name: 'add', arguments: '{"a":1}' },
        },
        { type: 'response.of_tomorrow', delta: 'x' },
        { type: 'response.completed', response: { status: 'completed', usage: USAGE } },
      ],
      'completed',
    ],
    [
      'of Messages',
      [
        { type: 'message_start', message: { id: 'r1', usage: { input_tokens: 12, output_tokens: 1 } } },
        { type: 'ping' },
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hello' } },
        {
          type: 'content_block_start',
          index: 2,
          content_block: { type: 'tool_use', id: 'c1', name: 'add', input: {} },
        },
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"a":' } },
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '1}' } },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } },
        { type: 'message_stop' },
      ],
      'tool_use',
    ],
  ])('streamed %s is the same', async (_shape, events, rawFinish) => {
    expect(summaryOf(await streamed(...events))).toEqual({ ...ANSWER, rawFinish });
  });
});

describe('an unusual response', () => {
  it.each<[what: string, result: unknown, text: string]>([
    ['a number', { response: 4 }, '4'],
    ['a number without a member', 4, '4'],
    ['a string without a member', 'Hello', 'Hello'],
    ['an object for a requested schema', { response: { n: 1 } }, '{"n":1}'],
    ['an array for a requested schema', { response: [1] }, '[1]'],
    ['content that is an object', { choices: [{ message: { content: { n: 1 } } }] }, '{"n":1}'],
    [
      'content in parts',
      {
        choices: [
          {
            message: {
              content: [
                { type: 'text', text: 'a' },
                { type: 'text', text: 'b' },
              ],
            },
          },
        ],
      },
      'ab',
    ],
  ])('of %s is text', async (_what, result, text) => {
    expect(summaryOf(await readResult(result))).toMatchObject({ text, finish: 'stop', error: undefined });
  });

  it('of numbers in a stream is text', async () => {
    const { text } = await streamed({ response: 1 }, { response: 2 }, { response: 'x' }, '[DONE]');
    expect(text).toBe('12x');
  });

  it('with reasoning and null content has no text', async () => {
    const read = await readResult({
      choices: [{ message: { content: null, reasoning_content: 'Hm.' }, finish_reason: 'stop' }],
    });
    expect(summaryOf(read)).toMatchObject({ text: '', reasoning: 'Hm.', finish: 'stop' });
  });

  it('may be a refusal', async () => {
    const message = { content: null, refusal: 'No.' };
    const refused = { text: 'No.', finish: 'refusal' };
    expect(summaryOf(await readResult({ choices: [{ message, finish_reason: 'stop' }] }))).toMatchObject(
      refused,
    );
    const item = { type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] };
    const events = [
      { type: 'response.created', response: { id: 'r1' } },
      { type: 'response.refusal.delta', delta: 'N' },
      { type: 'response.refusal.delta', delta: 'o.' },
      { type: 'response.output_item.done', item },
      { type: 'response.completed', response: { status: 'completed', usage: USAGE } },
    ];
    expect(summaryOf(await streamed(...events))).toMatchObject(refused);
  });

  it.each([
    [undefined, 256, 'length'],
    [undefined, 255, 'stop'],
    [10, 10, 'length'],
    [1000, 256, 'stop'],
  ])('without a finish reason, limited to %j: %i tokens are "%s"', async (maxTokens, output, finish) => {
    const body = { result: { response: 'Hello', usage: { prompt_tokens: 1, completion_tokens: output } } };
    const read = await callModel(serving(JSON.stringify(body), 'application/json'), { maxTokens });
    expect(read.finish).toBe(finish);
  });

  it.each([
    [undefined, 'tool-calls'],
    [{ completion_tokens: 256 }, 'length'],
  ])('with calls, without a finish reason, and with the usage %j finishes as %s', async (usage, finish) => {
    const calls = [{ name: 'add', arguments: { a: 1 } }];
    expect((await readResult({ response: null, tool_calls: calls, usage })).finish).toBe(finish);
  });

  it.each<[what: string, result: unknown, kind: string]>([
    ['an empty result', {}, 'truncated'],
    ['null', null, 'truncated'],
    ['an image', { image: 'iVBORw0KGgo=' }, 'protocol'],
    ['an embedding', { data: [[0.1]], shape: [1, 1] }, 'protocol'],
  ])('of %s is rejected', async (_what, result, kind) => {
    expect((await readResult(result)).error?.kind).toBe(kind);
  });

  it.each<[what: string, events: readonly unknown[], kind: string]>([
    ['ends without an end marker', [{ response: 'Hel' }], 'truncated'],
    ['has a chunk of no known shape', [{ response: 'Hel' }, { other: 1 }], 'protocol'],
    ['has a chunk that is not an object', [{ response: 'Hel' }, 7], 'protocol'],
    ['has broken JSON', [{ response: 'Hel' }, '{"response":'], 'protocol'],
    [
      'breaks off with an error',
      [{ response: 'Hel' }, { error: 'Capacity temporarily exceeded' }],
      'overloaded',
    ],
    ['breaks off with errors', [{ response: 'Hel' }, { errors: [{ code: 3043, message: 'x' }] }], 'server'],
  ])('that %s fails', async (_what, events, kind) => {
    const { error, events: receivedEvents } = await streamed(...events);
    expect(error?.kind).toBe(kind);
    expect(receivedEvents).toContainEqual(expect.objectContaining({ type: 'text-delta', text: 'Hel' }));
  });

  it('reads cached tokens under the names of each shape', async () => {
    const chat = { ...CHAT_USAGE, prompt_tokens_details: { cached_tokens: 4 } };
    expect((await readResult({ response: 'x', usage: chat })).usage).toMatchObject({
      input: 12,
      cacheRead: 4,
    });
    const messages = { ...USAGE, cache_read_input_tokens: 4, cache_creation_input_tokens: 2 };
    expect(
      (await readResult({ type: 'message', content: [{ type: 'text', text: 'x' }], usage: messages })).usage,
    ).toMatchObject({ input: 18, cacheRead: 4, cacheWrite: 2 });
  });
});

describe('two shapes in one response', () => {
  const both = (content: unknown, response: unknown): object => ({
    choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }],
    response,
    usage: { prompt_tokens: 1, completion_tokens: 2 },
  });

  it.each([
    ['the same', 'Hello', 'Hello'],
    ['another one in the older shape', 'Hello', 'Bye'],
    ['nothing in the newer shape', null, 'Hello'],
    ['an empty one in the newer shape', '', 'Hello'],
    ['nothing in the older shape', 'Hello', null],
  ])('result in one text: %s', async (_what, content, response) => {
    expect(await readResult(both(content, response))).toMatchObject({ text: 'Hello', finish: 'stop' });
  });

  it('result in one text in a stream', async () => {
    const chunkOf = (text: string): object => ({ choices: [{ delta: { content: text } }], response: text });
    expect((await streamed(chunkOf('Hel'), chunkOf('lo'), '[DONE]')).text).toBe('Hello');
  });

  it('result in a call without text', async () => {
    const calls = [{ id: 'c', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }];
    const answer = {
      choices: [{ message: { content: null, tool_calls: calls } }],
      response: '{"name":"add"}',
    };
    expect(await readResult(answer)).toMatchObject({ text: '', finish: 'tool-calls' });
  });
});

describe('calls that share an index', () => {
  const delta = (call: object): object => ({ choices: [{ delta: { tool_calls: [{ index: 0, ...call }] } }] });
  const names = async (...calls: readonly object[]): Promise<unknown> =>
    (await streamed(...calls.map(delta), '[DONE]')).toolCalls.map(({ name, args }) => [name, args]);

  it('are distinguished by their ids', async () => {
    expect(
      await names(
        { id: 'a', function: { name: 'f', arguments: '{"n"' } },
        { function: { arguments: ':1}' } },
        { id: 'b', function: { name: 'f', arguments: '{"n":2}' } },
      ),
    ).toEqual([
      ['f', { n: 1 }],
      ['f', { n: 2 }],
    ]);
  });

  it('are distinguished by their ends without ids', async () => {
    expect(
      await names(
        { function: { name: 'f', arguments: '{"n":1}' } },
        { function: { name: 'g', arguments: '{"n":2}' } },
      ),
    ).toEqual([
      ['f', { n: 1 }],
      ['g', { n: 2 }],
    ]);
  });

  it('are one if only the name is repeated', async () => {
    expect(
      await names(
        { id: 'a', function: { name: 'f', arguments: '{"n"' } },
        { id: 'a', function: { name: 'f', arguments: ':1}' } },
        { id: 'a', function: { name: 'f', arguments: '' } },
      ),
    ).toEqual([['f', { n: 1 }]]);
  });
});

describe('unsupported content', () => {
  it('is reported once per kind', async () => {
    const text = { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] };
    const output = [{ type: 'web_search_call' }, { type: 'web_search_call' }, text];
    const items = await readResult({ output, status: 'completed' });
    const content = [{ type: 'server_tool_use' }, { type: 'text', text: 'Hello' }];
    const blocks = await readResult({ type: 'message', content, stop_reason: 'end_turn' });
    expect([items.text, blocks.text]).toEqual(['Hello', 'Hello']);
    expect([...items.warnings, ...blocks.warnings].map(({ what }) => what)).toEqual([
      'part "web_search_call" of the response',
      'part "server_tool_use" of the response',
    ]);
  });

  it('is reported in streams', async () => {
    const { warnings } = await streamed(
      { type: 'response.output_item.done', item: { type: 'web_search_call' } },
      { type: 'response.output_item.done', item: { type: 'message', content: [] } },
      { type: 'response.output_text.delta', delta: 'x' },
      { type: 'response.completed', response: {} },
    );
    expect(warnings).toMatchObject([{ action: 'dropped', what: 'part "web_search_call" of the response' }]);
  });
});
