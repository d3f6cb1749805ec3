import type { ChatResponse, FinishReason, StreamEvent, Usage, Warning } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../errors/refusal.ts';
import { refuseFile, type Media } from '../parsing/media.ts';
import { completeResponse, statusOf, type Echo } from './response.ts';
import { parseResponses } from './read.ts';
import { ResponseIds } from './response-ids.ts';
import { ResponsesWriter } from './stream.ts';

const REPLAY = { family: 'claude', data: { signature: 'signed' } };
const USAGE: Usage = { input: 10, output: 5, cacheRead: 4, cacheWrite: 2, reasoning: 3 };
const WIRE_USAGE = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 15,
};
const ENVELOPE = {
  object: 'response',
  created_at: 7,
  completed_at: 9,
  incomplete_details: null,
  error: null,
  background: false,
  frequency_penalty: 0,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  model: 'gpt',
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'default',
  store: false,
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
};
const echoOf = (more: Partial<Echo> = {}): Echo => ({
  model: 'gpt',
  body: {},
  isStored: false,
  createdAt: 7,
  now: () => 9,
  known: {
    get: (name) =>
      ({
        db__run: { name: 'run', namespace: 'db', isCustom: false },
        patch: { name: 'patch', namespace: undefined, isCustom: true },
      })[name],
  },
  ...more,
});
const message = (content: readonly object[], status = 'completed'): object => ({
  type: 'message',
  id: expect.stringMatching(/^msg_[0-9a-f]{36}$/) as string,
  status,
  role: 'assistant',
  content,
});
const text = (content: string, annotations: readonly object[] = []): object => ({
  type: 'output_text',
  text: content,
  annotations,
  logprobs: [],
});
const ANNOTATION = { type: 'url_citation', url: 'https://a.test', title: 'A', start_index: 0, end_index: 4 };
const PAGE = {
  type: 'text',
  text: 'page',
  citations: [{ url: 'https://a.test', title: 'A' }, { title: 'a document' }],
};
const CALL = { type: 'tool-call', id: 'c1', name: 'db__run', args: { a: 1 } };
const PATCH = { type: 'tool-call', id: 'c2', name: 'patch', args: { input: 'go' } };

describe('a response', () => {
  const write = (response: object, echo = echoOf()): Record<string, unknown> =>
    completeResponse(
      { parts: [], finish: 'stop', warnings: [], ...response } as unknown as ChatResponse,
      echo,
      new ResponseIds(),
    );

  it('contains an item for each part, and the usage', () => {
    const parts = [
      { type: 'reasoning', text: 'why', replay: REPLAY },
      { type: 'reasoning', text: '' },
      PAGE,
      { type: 'text', text: 'no', isRefusal: true },
      { type: 'vendor', kind: 'x' },
      CALL,
      PATCH,
      { ...PATCH, name: 'other', args: { input: 'go' } },
      { ...PATCH, args: { b: 2 } },
    ];
    const id = (prefix: string): string =>
      expect.stringMatching(new RegExp(`^${prefix}_[0-9a-f]{36}$`)) as string;
    const done = (name: string, call_id: string): object => ({ call_id, name, status: 'completed' });
    expect(write({ parts, usage: USAGE })).toEqual({
      ...ENVELOPE,
      id: expect.stringMatching(/^resp_[0-9a-f]{32}$/) as string,
      status: 'completed',
      incomplete_details: null,
      usage: WIRE_USAGE,
      output: [
        {
          type: 'reasoning',
          id: id('rs'),
          summary: [{ type: 'summary_text', text: 'why' }],
          encrypted_content: 'signed',
        },
        { type: 'reasoning', id: id('rs'), summary: [], encrypted_content: null },
        message([text('page', [ANNOTATION])]),
        message([{ type: 'refusal', refusal: 'no' }]),
        { type: 'function_call', id: id('fc'), ...done('run', 'c1'), namespace: 'db', arguments: '{"a":1}' },
        { type: 'custom_tool_call', id: id('ctc'), ...done('patch', 'c2'), input: 'go' },
        { type: 'function_call', id: id('fc'), ...done('other', 'c2'), arguments: '{"input":"go"}' },
        { type: 'custom_tool_call', id: id('ctc'), ...done('patch', 'c2'), input: '{"b":2}' },
      ],
    });
  });

  it('repeats the members of its request, except dropped settings', () => {
    const body = {
      instructions: 'i',
      max_output_tokens: 9,
      metadata: { a: 'b' },
      parallel_tool_calls: false,
      previous_response_id: 'p',
      reasoning: { effort: 'low', summary: 'auto' },
      temperature: 0.2,
      frequency_penalty: 0.5,
      presence_penalty: -0.5,
      service_tier: 'flex',
      safety_identifier: 'u',
      prompt_cache_key: 'k',
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      tool_choice: 'none',
      tools: [{}],
      top_p: 0.5,
    };
    const { id: _id, ...all } = write({}, echoOf({ body, isStored: true }));
    const expected = {
      ...ENVELOPE,
      ...body,
      store: true,
      status: 'completed',
      incomplete_details: null,
      output: [],
      usage: null,
    };
    expect(all).toEqual(expected);
    const without = (...names: readonly string[]): Record<string, unknown> => {
      const warnings = names.map((what): Warning => ({ action: 'dropped', what, why: 'no' }));
      return write({ warnings }, echoOf({ body }));
    };
    expect(
      without('max_output_tokens', 'reasoning', 'temperature dropped', 'verbosity', 'topP'),
    ).toMatchObject({
      max_output_tokens: null,
      reasoning: { effort: null, summary: null },
      temperature: 1,
      text: { format: { type: 'json_object' } },
      top_p: 1,
    });
    expect(without('frequencyPenalty', 'presence_penalty', 'serviceTier "flex"', 'endUser')).toMatchObject({
      frequency_penalty: 0,
      presence_penalty: 0,
      service_tier: 'default',
      safety_identifier: null,
    });
    expect(without('verbosity')['text']).toEqual({ format: { type: 'json_object' } });
    expect(without('top_p')['top_p']).toBe(1);
    for (const name of ['reasoningSummary', 'reasoning.summary'])
      expect(without(name)['reasoning']).toEqual({ effort: 'low', summary: null });
  });

  it('has zeros for unknown counts', () => {
    expect(write({ usage: {} })['usage']).toEqual({
      input_tokens: 0,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 0,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 0,
    });
  });

  it.each<[FinishReason, boolean, string | undefined]>([
    ['stop', false, undefined],
    ['length', false, 'max_output_tokens'],
    ['content-filter', true, 'content_filter'],
    ['refusal', false, 'content_filter'],
    ['refusal', true, undefined],
  ])('that ends with %s (refusal part: %s) is incomplete because of %s', (finish, hasRefused, reason) => {
    expect(statusOf(finish, hasRefused)).toEqual(
      reason === undefined
        ? { status: 'completed', incomplete_details: null }
        : { status: 'incomplete', incomplete_details: { reason } },
    );
    const parts = [{ type: 'text', text: 'a', isRefusal: hasRefused }];
    expect(write({ finish, parts })['status']).toBe(reason === undefined ? 'completed' : 'incomplete');
  });
});

describe('a streamed response', () => {
  type Json = Record<string, unknown>;
  const write = (...events: readonly object[]): Json[] => {
    const writer = new ResponsesWriter(echoOf());
    const eventsText = events.map((event) => writer.write(event as StreamEvent)).join('');
    expect(writer.end()).toBe('data: [DONE]\n\n');
    return eventsText
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)) as Json);
  };
  const finish = { type: 'finish', reason: 'stop', usage: USAGE };
  const part = (index: number, content: object, ...deltas: readonly object[]): object[] => [
    { type: 'part-start', index, part: content },
    ...deltas,
    { type: 'part-end', index, part: content },
  ];
  /** Returns the type and the changing members of each event after the first two. */
  const bodyOf = (events: readonly Json[]): unknown[] =>
    events
      .slice(2, -1)
      .map(({ sequence_number: _number, item_id: _id, type, ...members }) => [
        String(type).replace('response.', ''),
        members,
      ]);

  it('starts once, numbers its events and ends with the response', () => {
    const events = write({ type: 'start' }, ...part(0, { type: 'text', text: '' }), finish, {
      type: 'reset',
    });
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_event, index) => index));
    const started = { ...ENVELOPE, status: 'in_progress', completed_at: null, output: [], usage: null };
    const { id } = events[0]?.['response'] as Json;
    expect(events.slice(0, 2)).toEqual([
      { type: 'response.created', sequence_number: 0, response: { id, ...started } },
      { type: 'response.in_progress', sequence_number: 1, response: { id, ...started } },
    ]);
    expect(events.at(-1)).toEqual({
      type: 'response.completed',
      sequence_number: events.length - 1,
      response: {
        ...started,
        id,
        status: 'completed',
        completed_at: 9,
        output: [message([text('')])],
        usage: WIRE_USAGE,
      },
    });
  });

  it('writes text with annotations, and refusals', () => {
    const refusal = { type: 'text', text: 'no', isRefusal: true };
    const events = write(
      ...part(0, PAGE, { type: 'text-delta', index: 0, text: 'page' }),
      ...part(1, refusal, { type: 'text-delta', index: 1, text: 'no' }),
      { ...finish, reason: 'refusal' },
    );
    const position = (output_index: number): object => ({ output_index, content_index: 0 });
    expect(bodyOf(events)).toEqual([
      ['output_item.added', { output_index: 0, item: message([], 'in_progress') }],
      ['content_part.added', { ...position(0), part: text('') }],
      ['output_text.delta', { ...position(0), delta: 'page', logprobs: [] }],
      ['output_text.annotation.added', { ...position(0), annotation_index: 0, annotation: ANNOTATION }],
      ['output_text.done', { ...position(0), text: 'page', logprobs: [] }],
      ['content_part.done', { ...position(0), part: text('page', [ANNOTATION]) }],
      ['output_item.done', { output_index: 0, item: message([text('page', [ANNOTATION])]) }],
      ['output_item.added', { output_index: 1, item: message([], 'in_progress') }],
      ['content_part.added', { ...position(1), part: { type: 'refusal', refusal: '' } }],
      ['refusal.delta', { ...position(1), delta: 'no' }],
      ['refusal.done', { ...position(1), refusal: 'no' }],
      ['content_part.done', { ...position(1), part: { type: 'refusal', refusal: 'no' } }],
      ['output_item.done', { output_index: 1, item: message([{ type: 'refusal', refusal: 'no' }]) }],
    ]);
    expect(events.at(-1)?.['type']).toBe('response.completed');
  });

  it('writes reasoning with one summary', () => {
    const reasoning = { type: 'reasoning', text: 'why', replay: REPLAY };
    const delta = (content: string): object => ({ type: 'reasoning-delta', index: 0, text: content });
    const id = expect.any(String) as string;
    const position = { output_index: 0, summary_index: 0 };
    const events = write(
      ...part(0, reasoning, delta('w'), delta('hy')),
      ...part(1, { type: 'reasoning', text: '' }),
      finish,
    );
    expect(bodyOf(events)).toEqual([
      ['output_item.added', { output_index: 0, item: { type: 'reasoning', id, summary: [] } }],
      ['reasoning_summary_part.added', { ...position, part: { type: 'summary_text', text: '' } }],
      ['reasoning_summary_text.delta', { ...position, delta: 'w' }],
      ['reasoning_summary_text.delta', { ...position, delta: 'hy' }],
      ['reasoning_summary_text.done', { ...position, text: 'why' }],
      ['reasoning_summary_part.done', { ...position, part: { type: 'summary_text', text: 'why' } }],
      [
        'output_item.done',
        {
          output_index: 0,
          item: {
            type: 'reasoning',
            id,
            summary: [{ type: 'summary_text', text: 'why' }],
            encrypted_content: 'signed',
          },
        },
      ],
      ['output_item.added', { output_index: 1, item: { type: 'reasoning', id, summary: [] } }],
      [
        'output_item.done',
        { output_index: 1, item: { type: 'reasoning', id, summary: [], encrypted_content: null } },
      ],
    ]);
  });

  it('writes calls, and the input of a custom tool at its end', () => {
    const json = (index: number, content: string): object => ({ type: 'args-delta', index, json: content });
    const id = expect.any(String) as string;
    const events = write(
      ...part(0, CALL, json(0, '{"a":'), json(0, '1')),
      ...part(1, PATCH, json(1, '{"input":"go"}')),
      finish,
    );
    const call = { type: 'function_call', id, call_id: 'c1', name: 'run', namespace: 'db' };
    const custom = { type: 'custom_tool_call', id, call_id: 'c2', name: 'patch' };
    expect(bodyOf(events)).toEqual([
      ['output_item.added', { output_index: 0, item: { ...call, status: 'in_progress', arguments: '' } }],
      ['function_call_arguments.delta', { output_index: 0, delta: '{"a":' }],
      ['function_call_arguments.delta', { output_index: 0, delta: '1' }],
      ['function_call_arguments.delta', { output_index: 0, delta: '}' }],
      ['function_call_arguments.done', { output_index: 0, name: 'run', arguments: '{"a":1}' }],
      ['output_item.done', { output_index: 0, item: { ...call, status: 'completed', arguments: '{"a":1}' } }],
      ['output_item.added', { output_index: 1, item: { ...custom, status: 'in_progress', input: '' } }],
      ['custom_tool_call_input.delta', { output_index: 1, delta: 'go' }],
      ['custom_tool_call_input.done', { output_index: 1, input: 'go' }],
      ['output_item.done', { output_index: 1, item: { ...custom, status: 'completed', input: 'go' } }],
    ]);
  });

  it.each([
    ['rate-limit', 'rate_limit_exceeded'],
    ['server', 'server_error'],
  ] as const)('that fails with %s has the code %s', (kind, code) => {
    const events = new ResponsesWriter(echoOf()).fail(new Refusal(kind, 'no')).split('\n\n').slice(0, -1);
    expect(events.map((event) => event.split('\n')[0])).toEqual([
      'event: response.created',
      'event: response.in_progress',
      'event: response.failed',
      'data: [DONE]',
    ]);
    expect(JSON.parse(events[2]?.split('data: ')[1] ?? '')).toMatchObject({
      response: { status: 'failed', error: { code, message: 'no' }, output: [], usage: null },
    });
  });
});

describe('a Responses request', () => {
  const media: Media = {
    byFile: (_, path) => refuseFile(path),
    byUrl: (url) => ({ type: 'image', mediaType: url, bytes: new Uint8Array() }),
  };
  const parse = (body: object): ReturnType<typeof parseResponses> =>
    parseResponses({ model: 'gpt', input: 'hi', ...body }, media);

  it('converts its settings', () => {
    const { request, notes } = parse({
      max_output_tokens: 1,
      temperature: 2,
      top_p: 1,
      reasoning: { effort: 'low', summary: 'concise' },
      text: { verbosity: 'high', format: { type: 'json_object' } },
      user: 'u',
      service_tier: 'flex',
      prompt_cache_key: 'k',
      stream_options: {},
      include: ['reasoning.encrypted_content'],
    });
    const { messages, ...settings } = request;
    expect(notes).toEqual([]);
    expect([messages, settings]).toStrictEqual([
      [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
      {
        maxTokens: 1,
        temperature: 2,
        topP: 1,
        reasoning: 'low',
        reasoningSummary: 'concise',
        verbosity: 'high',
        endUser: 'u',
        serviceTier: 'flex',
        output: 'json',
        cache: { key: 'k' },
      },
    ]);
  });

  it.each<[object, string, string]>([
    [{ store: true }, 'store', 'this gateway stores no responses'],
    [{ include: ['x'] }, 'include x', 'most targets do not support it'],
    [{ text: { x: 1 } }, 'text.x', 'most targets do not support it'],
    [{ reasoning: { x: 1 } }, 'reasoning.x', 'most targets do not support it'],
    [{ x: 1 }, 'x', 'unknown member'],
  ])('with %j adds a warning', (body, what, why) => {
    expect(parse(body).notes).toEqual([{ action: 'dropped', what, why }]);
  });

  it.each<[object, string, string]>([
    [{ conversation: 'c' }, 'conversation', 'is not supported; send the complete input'],
    [{ prompt: {} }, 'prompt', 'is not supported; send the complete input'],
    [{ background: true }, 'background', 'is not supported; wait for the response, or stream it'],
    [
      { previous_response_id: 'r' },
      'previous_response_id',
      'is not supported, because this gateway stores no responses; send the complete input, or set `responses` of createGateway',
    ],
    [{ input: [] }, 'input', 'must not be empty'],
    [{ input: '' }, 'input', 'must not be empty'],
    [
      { input: [{ type: 'item_reference', id: 'i' }] },
      'input[0]',
      'is a reference, but this gateway stores no responses; send the complete item, or set `responses` of createGateway',
    ],
    [
      { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] },
      'input[0].content[0].file_id',
      'is not supported, because this gateway stores no files; send the data',
    ],
  ])('is rejected with %j', (body, path, message) => {
    expect(() => parse(body)).toThrow(
      expect.objectContaining({ kind: 'invalid-request', path, message: `${path} ${message}` }) as Error,
    );
  });
});
