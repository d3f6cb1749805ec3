import type { AssistantPart, FinishReason, JsonObject, LlmError, Warning } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { describe, expect, it } from 'vitest';
import { eventsOf, failureOf, type Read } from '../../test/reading.ts';
import { itemsToWire } from './messages.ts';
import { OPENAI_RESPONSES_QUIRKS } from './quirks.ts';
import { ResponsesReader } from './stream.ts';

const FAMILY = 'openai@https://here#p';
const reader = (): ResponsesReader =>
  new ResponsesReader({ writer: new EventWriter('p/m', { collects: true }), family: FAMILY });

function stream(...events: readonly (object | string)[]): Read {
  const read = reader();
  for (const event of events)
    read.readMessage(typeof event === 'string' ? event : JSON.stringify(event), undefined);
  if (!read.done) read.end();
  return eventsOf(read);
}
function readBody(body: object): Read {
  const read = reader();
  read.readBody(body);
  return eventsOf(read);
}

const created = { type: 'response.created', response: { id: 'resp_1', status: 'in_progress' } };
const completed = (output: readonly object[] = [], overrides: object = {}): object => ({
  type: 'response.completed',
  response: { id: 'resp_1', status: 'completed', output, ...overrides },
});
/** Reads the events of a response that is completed without an output. */
const complete = (...events: readonly object[]): Read => stream(created, ...events, completed());
const itemAdded = (at: number, item: object): object => ({
  type: 'response.output_item.added',
  output_index: at,
  item,
});
const itemDone = (at: number, item: object): object => ({
  type: 'response.output_item.done',
  output_index: at,
  item,
});
const textDelta = (at: number, delta: string): object => ({
  type: 'response.output_text.delta',
  output_index: at,
  delta,
});
const message = (text: string, overrides: object = {}): object => ({
  type: 'message',
  id: 'msg_1',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
  ...overrides,
});
const call = (id: string, json: string, overrides: object = {}): object => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'f',
  arguments: json,
  status: 'completed',
  ...overrides,
});
const argumentsDelta = (at: number, delta: string): object => ({
  type: 'response.function_call_arguments.delta',
  output_index: at,
  delta,
});
const argsDone = (at: number, json: string): object => ({
  type: 'response.function_call_arguments.done',
  output_index: at,
  arguments: json,
});
const PAGE = { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 2 };

const replay = (data: JsonObject): { replay: object } => ({ replay: { family: FAMILY, data } });
const text = (value: string, data: JsonObject = { id: 'msg_1' }): object => ({
  type: 'text',
  text: value,
  ...replay(data),
});
const callPart = (id: string, value: JsonObject): object => ({
  type: 'tool-call',
  id,
  name: 'f',
  args: value,
  ...replay({ id: `fc_${id}` }),
});

const warningsOf = ({ events }: Read): readonly Warning[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.warning] : []));
const reasonOf = ({ finish }: Read): FinishReason | undefined => finish?.reason;

describe('ResponsesReader', () => {
  it('reads text, id, usage and the status as raw reason', () => {
    const usage = {
      input_tokens: 9,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
    };
    const read = stream(
      created,
      itemAdded(0, message('', { status: 'in_progress', content: [] })),
      textDelta(0, 'Hel'),
      textDelta(0, 'lo'),
      itemDone(0, message('Hello')),
      completed([message('Hello')], { usage, service_tier: 'default' }),
    );
    expect(read.events[0]).toMatchObject({ type: 'start', id: 'resp_1' });
    expect(read.parts).toEqual([text('Hello')]);
    expect(read.finish).toMatchObject({
      reason: 'stop',
      raw: 'completed',
      usage: {
        input: 9,
        output: 5,
        cacheRead: 4,
        cacheWrite: 1,
        reasoning: 2,
        details: { serviceTier: 'default' },
      },
    });
  });

  const secret = { type: 'reasoning', id: 'rs_1', summary: [], content: [], encrypted_content: 'abc' };
  it('keeps the order of reasoning and calls', () => {
    const output = [secret, call('a', '{"n":1}'), { ...secret, id: 'rs_2' }, call('b', '{}')];
    const expected = [
      { type: 'reasoning', text: '', ...replay({ id: 'rs_1', summary: [], encrypted_content: 'abc' }) },
      callPart('a', { n: 1 }),
      { type: 'reasoning', text: '', ...replay({ id: 'rs_2', summary: [], encrypted_content: 'abc' }) },
      callPart('b', {}),
    ];
    const streamed = stream(
      created,
      ...output.flatMap((item, at) => [itemAdded(at, item), itemDone(at, item)]),
      completed(output),
    );
    expect(streamed.parts).toEqual(expected);
    expect(reasonOf(streamed)).toBe('tool-calls');
    expect(readBody({ id: 'resp_1', status: 'completed', output }).parts).toEqual(expected);
  });

  it('reads summaries and plain reasoning', () => {
    const item = { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'hm' }] };
    const read = complete(
      { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: 'h' },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: 'm' },
      itemDone(0, item),
      textDelta(1, 'ok'),
    );
    expect(read.parts).toEqual([
      { type: 'reasoning', text: 'hm', ...replay({ id: 'r', summary: item.summary }) },
      { type: 'text', text: 'ok' },
    ]);
  });

  it.each<[string, readonly object[], readonly object[]]>([
    ['deltas and an empty output', [textDelta(0, 'Hi'), completed([])], [{ type: 'text', text: 'Hi' }]],
    ['only the last event', [completed([message('Hi')])], [text('Hi')]],
    ['only `output_text`', [completed([], { output_text: 'Hi' })], [{ type: 'text', text: 'Hi' }]],
    [
      'complete texts only',
      [{ type: 'response.output_text.done', output_index: 0, text: 'Hi' }, completed()],
      [{ type: 'text', text: 'Hi' }],
    ],
    [
      'a text whose end is only in the item',
      [textDelta(0, 'H'), itemDone(0, message('Hi')), completed()],
      [text('Hi')],
    ],
    [
      'a call that is only in the last event',
      [textDelta(0, 'Hi'), completed([message('Hi'), call('a', '{}')])],
      [{ type: 'text', text: 'Hi' }, callPart('a', {})],
    ],
    [
      'fragments without an index',
      [
        { type: 'response.output_item.added', item: call('a', '', { status: 'in_progress' }) },
        { type: 'response.function_call_arguments.delta', item_id: 'fc_a', delta: '{"n":1}' },
        { type: 'response.output_item.done', item: call('a', '{"n":1}') },
        completed(),
      ],
      [callPart('a', { n: 1 })],
    ],
    [
      'ids that change within an item',
      [
        itemAdded(0, call('a', '', { id: 'x', status: 'in_progress' })),
        { ...argumentsDelta(0, '{}'), item_id: 'y' },
        itemDone(0, call('a', '{}')),
        completed(),
      ],
      [callPart('a', {})],
    ],
    [
      'text while a call is open',
      [
        itemAdded(0, call('a', '')),
        argumentsDelta(0, '{"n"'),
        textDelta(1, 'so'),
        argumentsDelta(0, ':1}'),
        itemDone(0, call('a', '{"n":1}')),
        completed(),
      ],
      [callPart('a', { n: 1 }), { type: 'text', text: 'so' }],
    ],
    [
      'a text that begins while a call is open and ends after it',
      [
        itemAdded(0, call('a', '')),
        textDelta(1, 'so'),
        itemDone(0, call('a', '{}')),
        itemDone(1, message('so', { content: [{ type: 'output_text', text: 'so', annotations: [PAGE] }] })),
        completed(),
      ],
      [
        callPart('a', {}),
        { ...text('so'), citations: [{ url: 'https://a.example', title: 'A', start: 0, end: 2 }] },
      ],
    ],
    [
      "a custom tool's text",
      [itemDone(0, { type: 'custom_tool_call', call_id: 'a', name: 'f', input: '1+1' }), completed()],
      [
        {
          type: 'tool-call',
          id: 'a',
          name: 'f',
          args: { input: '1+1' },
          replay: { family: expect.any(String) as string, data: { custom: true } },
        },
      ],
    ],
  ])('assembles a response from %s', (_name, events, parts) => {
    expect(stream(created, ...events).parts).toEqual(parts);
  });

  it.each([
    ['{}', 'in fragments', [argumentsDelta(0, '{"n":'), argumentsDelta(0, '1}')]],
    ['', 'in fragments', [argumentsDelta(0, '{"n":1}')]],
    ['{}', 'at once', [argsDone(0, '{"n":1}')]],
    [' { } ', 'at once', [argumentsDelta(0, '{"n":'), argsDone(0, '{"n":1}')]],
    [
      '',
      'at once, next to an empty last fragment',
      [argumentsDelta(0, ''), argsDone(0, '{"n":1}'), argsDone(0, '')],
    ],
  ])('ignores empty final arguments %j after arguments %s', (last, _how, events) => {
    const read = complete(itemAdded(0, call('a', '')), ...events, itemDone(0, call('a', last)));
    expect(read.parts).toMatchObject([{ type: 'tool-call', args: { n: 1 } }]);
    expect(warningsOf(read)).toEqual([]);
  });

  it('does not complete cut fragments by empty final arguments', () => {
    const read = complete(
      itemAdded(0, call('a', '')),
      argumentsDelta(0, '{"n":'),
      itemDone(0, call('a', '{}')),
    );
    expect(read.parts).toMatchObject([{ invalid: { raw: '{"n":' } }]);
  });

  it('stores the namespace of a call with its id', () => {
    const { parts } = complete(itemDone(0, call('a', '{}', { namespace: 'crm' })));
    expect(parts[0]?.replay?.data).toEqual({ id: 'fc_a', namespace: 'crm' });
  });

  it('replaces malformed fragments with the complete arguments', () => {
    const read = complete(
      itemAdded(0, call('a', '')),
      argumentsDelta(0, '{"n":'),
      argumentsDelta(0, '{"n":'),
      itemDone(0, call('a', '{"n":1}')),
    );
    expect(read.parts).toEqual([callPart('a', { n: 1 })]);
    expect(warningsOf(read)).toMatchObject([{ action: 'repaired', what: 'arguments of f' }]);
  });

  it.each<[string, readonly object[]]>([
    ['in progress', [itemDone(0, call('a', '{}', { status: 'in_progress' })), completed()]],
    ['incomplete', [itemDone(0, call('a', '{}', { status: 'incomplete' })), completed()]],
    [
      'incomplete and called by the model',
      [itemDone(0, call('a', '{}', { status: 'incomplete', caller: { type: 'direct' } })), completed()],
    ],
    [
      'never done',
      [itemAdded(0, call('a', '', { status: 'in_progress' })), argumentsDelta(0, '{}'), completed()],
    ],
  ])('marks a call as unfinished if the item is %s', (_name, events) => {
    expect(stream(created, ...events).parts).toMatchObject([{ id: 'a', invalid: { raw: '{}' } }]);
  });

  it('changes the id of the second of two calls with the same id', () => {
    const read = readBody({ id: 'r', status: 'completed', output: [call('a', '{}'), call('a', '{}')] });
    const ids = read.parts.map((part: AssistantPart) => (part.type === 'tool-call' ? part.id : ''));
    expect([ids[0], new Set(ids).size]).toEqual(['a', 2]);
  });

  it.each<[string, object, FinishReason]>([
    ['a limit', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [
      'a filter after content',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      'content-filter',
    ],
    ['an unknown reason', { status: 'incomplete', incomplete_details: { reason: 'tired' } }, 'other'],
    ['a queued response', { status: 'queued' }, 'other'],
  ])('finishes on %s', (_name, overrides, reason) => {
    expect(reasonOf(readBody({ id: 'r', output: [message('Hi')], ...overrides }))).toBe(reason);
  });

  it('reports a refusal if one part is a refusal', () => {
    const refusal = { type: 'message', id: 'msg_1', content: [{ type: 'refusal', refusal: 'No.' }] };
    const read = readBody({ id: 'r', status: 'completed', output: [refusal] });
    expect([reasonOf(read), read.parts]).toEqual(['refusal', [{ ...text('No.'), isRefusal: true }]]);
  });

  it('keeps text next to a refusal', () => {
    const content = [
      { type: 'output_text', text: 'Well, ' },
      { type: 'refusal', refusal: 'no.' },
    ];
    const read = readBody({
      id: 'r',
      status: 'completed',
      output: [{ type: 'message', id: 'msg_1', content }],
    });
    expect([reasonOf(read), read.parts]).toEqual(['refusal', [text('Well, no.')]]);
  });

  it('is incomplete if only intermediate messages arrived', () => {
    const phaseMessage = (phase: string): object => message('Looking.', { phase });
    expect(reasonOf(readBody({ status: 'completed', output: [phaseMessage('commentary')] }))).toBe(
      'incomplete',
    );
    expect(
      reasonOf(
        readBody({ status: 'completed', output: [phaseMessage('commentary'), phaseMessage('final_answer')] }),
      ),
    ).toBe('stop');
    expect(
      reasonOf(readBody({ status: 'completed', output: [phaseMessage('commentary'), call('a', '{}')] })),
    ).toBe('tool-calls');
    expect(readBody({ status: 'completed', output: [phaseMessage('commentary')] }).parts).toEqual([
      text('Looking.', { id: 'msg_1', phase: 'commentary' }),
    ]);
  });

  it('removes a leaked call and finishes as incomplete', () => {
    const leak = 'assistant to=functions.f {"a":1}';
    const streamed = stream(
      created,
      textDelta(0, leak.slice(0, 14)),
      textDelta(0, leak.slice(14)),
      completed([message(leak)]),
    );
    for (const read of [streamed, readBody({ status: 'completed', output: [message(leak)] })]) {
      expect(read.parts.filter((part) => part.type === 'text' && part.text !== '')).toEqual([]);
      expect(reasonOf(read)).toBe('incomplete');
      expect(warningsOf(read)).toMatchObject([{ action: 'repaired', what: 'text' }]);
    }
  });

  it('keeps vendor items in order, counts them and reads citations', () => {
    const search = {
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'tea', queries: ['tea', 'green tea'] },
    };
    const pageCall = {
      type: 'web_search_call',
      id: 'ws_2',
      action: { type: 'open_page', url: 'https://a.example' },
    };
    const file = { type: 'file_citation', file_id: 'file-1', filename: 'b.txt', index: 30 };
    const content = [
      { type: 'output_text', text: 'Hi ', annotations: [{}, { type: 'later' }] },
      { type: 'output_text', text: 'you', annotations: [PAGE, file] },
    ];
    const messageItem = message('', { content });
    const usage = { input_tokens: 1, output_tokens: 1 };
    const streamed = stream(
      created,
      itemDone(0, search),
      itemDone(1, pageCall),
      itemAdded(2, message('', { content: [] })),
      itemDone(2, messageItem),
      completed([search, pageCall, messageItem], { usage }),
    );
    for (const read of [
      streamed,
      readBody({ status: 'completed', output: [search, pageCall, messageItem], usage }),
    ]) {
      expect(read.parts).toEqual([
        { type: 'vendor', kind: 'web_search_call', text: 'tea\ngreen tea', ...replay({ item: search }) },
        { type: 'vendor', kind: 'web_search_call', text: 'https://a.example', ...replay({ item: pageCall }) },
        {
          ...text('Hi you'),
          citations: [
            { url: 'https://a.example', title: 'A', start: 3, end: 5 },
            { document: 'file-1', title: 'b.txt', other: { index: 30 } },
          ],
        },
      ]);
      expect(warningsOf(read)).toEqual([]);
      expect(read.finish?.usage?.details?.serverTools).toEqual({ web_search: 1 });
    }
  });

  it('counts billable searches instead of items if the vendor reports them', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } };
    const usage = { input_tokens: 1, output_tokens: 1 };
    const toolsOf = (searches: number): unknown => {
      const body = { usage, tool_usage: { web_search: { num_requests: searches } } };
      const output = [search, message('hi')];
      const streamed = stream(
        created,
        itemDone(0, search),
        itemDone(1, message('hi')),
        completed(output, body),
      );
      const complete = readBody({ status: 'completed', output, ...body });
      expect(complete.finish?.usage).toEqual(streamed.finish?.usage);
      return streamed.finish?.usage?.details?.serverTools;
    };
    expect(toolsOf(3)).toEqual({ web_search: 3 });
    expect(toolsOf(0)).toBeUndefined();
  });

  it('reads written tokens by lifetime', () => {
    const cacheWrites = {
      cache_write_tokens: 7,
      cache_write_tokens_details: { ttl_30m_tokens: 3, ttl_12h_tokens: 4 },
    };
    const usage = { input_tokens: 9, input_tokens_details: cacheWrites, output_tokens: 1 };
    const read = stream(created, itemDone(0, message('hi')), completed([], { usage }));
    expect(read.finish?.usage).toMatchObject({ cacheWrite: 7, details: { cacheWriteLong: 4 } });
  });

  it('warns about reasoning that the vendor withheld from the model', () => {
    const removedReasoning = (reason: string): object => ({
      id: 'rs_1',
      type: 'reasoning',
      action: 'removed',
      reason,
    });
    const input_transformations = [
      removedReasoning('other_model'),
      removedReasoning('other_model'),
      removedReasoning('expired'),
    ];
    const read = stream(created, itemDone(0, message('hi')), completed([], { input_transformations }));
    expect(warningsOf(read)).toEqual([{ action: 'dropped', what: 'reasoning', why: 'other_model, expired' }]);
  });

  it('writes a vendor item after the open call', () => {
    const code = {
      type: 'code_interpreter_call',
      id: 'ci_1',
      code: '1 + 1',
      container_id: 'c',
      outputs: null,
    };
    const connector = {
      type: 'mcp_call',
      id: 'mcp_1',
      name: 'look',
      arguments: '{"q":1}',
      server_label: 's',
    };
    const read = complete(
      itemAdded(0, call('a', '', { status: 'in_progress' })),
      itemDone(1, code),
      argumentsDelta(0, '{"of":'),
      itemDone(2, connector),
      itemDone(0, call('a', '{"of":"a"}')),
    );
    expect(read.parts).toEqual([
      callPart('a', { of: 'a' }),
      { type: 'vendor', kind: 'code_interpreter_call', text: '1 + 1', ...replay({ item: code }) },
      { type: 'vendor', kind: 'mcp_call', text: 'look {"q":1}', ...replay({ item: connector }) },
    ]);
  });

  it.each(['shell_call', 'local_shell_call', 'apply_patch_call', 'computer_call', 'mcp_approval_request'])(
    'keeps %s, which waits for the client, and finishes with tool-calls',
    (type) => {
      const item = { type, id: 'x', name: 'pay', arguments: '{}', action: { commands: ['ls'] } };
      const read = complete(itemDone(0, item));
      expect(read.parts).toMatchObject([{ type: 'vendor-call', id: 'x', name: type, ...replay({ item }) }]);
      expect(read.finish?.reason).toBe('tool-calls');
      expect(warningsOf(read)).toEqual([]);
    },
  );

  it('writes text that waited for a call once if it continues during another call', () => {
    const read = complete(
      itemAdded(0, call('a', '')),
      textDelta(1, 'one '),
      itemDone(0, call('a', '{}')),
      itemAdded(2, call('b', '')),
      textDelta(1, 'two'),
      itemDone(2, call('b', '{}')),
    );
    const texts = read.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    expect(texts.join('')).toBe('one two');
  });

  it('reads a generated image as an image, whose token has no copy of its bytes', () => {
    const item = { type: 'image_generation_call', id: 'ig_1', status: 'completed', output_format: 'webp' };
    const read = complete(itemDone(0, { ...item, result: 'AQI=' }));
    const image = { type: 'image', mediaType: 'image/webp', bytes: new Uint8Array([1, 2]) };
    expect(read.parts).toEqual([{ ...image, ...replay({ item }) }]);
    const messages = [{ role: 'assistant' as const, parts: read.parts }];
    const request = { messages, system: undefined, tools: [], output: undefined, extra: {} };
    expect(itemsToWire(request, OPENAI_RESPONSES_QUIRKS, FAMILY, [])).toEqual([{ ...item, result: 'AQI=' }]);
  });

  it('fails with the id of a response that the vendor computes in the background', () => {
    const body = { id: 'resp_9', status: 'queued', background: true, output: [] };
    const error = failureOf(() => readBody(body));
    expect(error).toMatchObject({ kind: 'unsupported', details: { code: 'background' } });
    expect(error.message).toContain('resp_9 is queued');
  });

  it('warns about content of an unknown type', () => {
    const content = [{ type: 'output_video' }, { type: 'output_text', text: 'a' }];
    const read = complete(itemDone(0, message('', { content })));
    expect(warningsOf(read)).toMatchObject([{ what: 'content of type "output_video"' }]);
    expect(read.parts).toMatchObject([{ text: 'a' }]);
  });

  it('ignores unknown events', () => {
    expect(
      complete({ type: 'response.new.thing', x: 1 }, { type: 'keepalive' }, textDelta(0, 'Hi')).parts,
    ).toHaveLength(1);
  });
});

describe('failures of Responses', () => {
  const error = (code: string, message_ = 'no'): object => ({ code, message: message_ });
  const failed = (code: string, message_?: string): object => ({
    type: 'response.failed',
    response: { id: 'r', status: 'failed', error: error(code, message_), output: [] },
  });
  it.each<[string, object, LlmError['kind']]>([
    ['a failed response', failed('server_error'), 'server'],
    ['a rate limit', failed('rate_limit_exceeded'), 'rate-limit'],
    ['an empty account', failed('insufficient_quota'), 'quota'],
    ['a used plan limit', failed('usage_limit_reached'), 'quota'],
    ['a flagged prompt', failed('invalid_prompt', 'Your prompt was flagged'), 'content-filter'],
    ['a bad prompt', failed('invalid_prompt'), 'invalid-request'],
    ['a bad image', failed('invalid_image'), 'invalid-request'],
    ['an error event', { type: 'error', ...error('rate_limit_exceeded') }, 'rate-limit'],
    ['a wrapped error event', { type: 'error', error: error('insufficient_quota') }, 'quota'],
    ['an error without a type', { error: error('insufficient_quota') }, 'quota'],
    ['a cancelled response', { type: 'response.cancelled', response: { status: 'cancelled' } }, 'server'],
  ])('reports %s', (_name, event, kind) => {
    expect(failureOf(() => stream(created, event)).kind).toBe(kind);
  });

  it('throws an error inside a complete body', () => {
    expect(
      failureOf(() => readBody({ status: 'failed', error: error('rate_limit_exceeded'), output: [] })).kind,
    ).toBe('rate-limit');
    expect(failureOf(() => readBody({ status: 'cancelled', output: [] })).kind).toBe('server');
  });

  it('reports a stream without an end as truncated', () => {
    expect(failureOf(() => stream(created, textDelta(0, 'Hi'))).kind).toBe('truncated');
  });

  it('throws content-filter if the response has no content', () => {
    const details = { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    expect(failureOf(() => readBody({ output: [], ...details })).kind).toBe('content-filter');
  });

  it.each<[string, () => unknown]>([
    ['output', () => readBody({ status: 'completed', output: 'x' })],
    ['output', () => readBody({ status: 'completed', output: [{ type: 'message', content: 5 }] })],
    ['output[].name', () => readBody({ status: 'completed', output: [call('a', '{}', { name: null })] })],
    [
      'output[0].arguments',
      () => readBody({ status: 'completed', output: [call('a', '', { arguments: 5 })] }),
    ],
    ['response', () => stream({ type: 'response.completed' })],
    ['', () => stream('{"a":')],
    ['', () => stream('5')],
  ])('names the path of an unexpected value: %j', (path, run) => {
    const { kind, details } = failureOf(run);
    expect([kind, details.path]).toEqual(['protocol', path]);
  });
});

it('reads log probabilities once, from deltas or complete items', () => {
  const logprobs = [{ token: 'a', logprob: -1, top_logprobs: [] }];
  const item = message('a', { content: [{ type: 'output_text', text: 'a', annotations: [], logprobs }] });
  const expectedLogprobs = [{ token: 'a', logprob: -1, top: [] }];
  const streamed = stream(created, { ...textDelta(0, 'a'), logprobs }, itemDone(0, item), completed([item]));
  expect(streamed.finish?.logprobs).toEqual(expectedLogprobs);
  expect(readBody({ id: 'r', status: 'completed', output: [item] }).finish?.logprobs).toEqual(
    expectedLogprobs,
  );
});

describe('items of gateways', () => {
  const contentsOf = ({ events }: Read): unknown[] =>
    events.flatMap((event) => {
      if (event.type !== 'part-end') return [];
      const { part } = event;
      return [part.type === 'tool-call' ? part.args : 'text' in part ? part.text : part.type];
    });

  it('are distinguished if all have the same index', () => {
    const calls = ['a', 'b'].flatMap((id) => [
      itemAdded(0, call(id, '', { status: 'in_progress' })),
      argumentsDelta(0, `{"of":"${id}"}`),
      itemDone(0, call(id, `{"of":"${id}"}`)),
    ]);
    expect(contentsOf(complete(...calls))).toEqual([{ of: 'a' }, { of: 'b' }]);
    const messages = ['m1', 'm2'].flatMap((id) => [
      itemAdded(0, message('', { id })),
      textDelta(0, id),
      itemDone(0, message(id, { id })),
    ]);
    expect(contentsOf(complete(...messages))).toEqual(['m1', 'm2']);
    const numbered = [1, 2].flatMap((id) => [
      itemAdded(0, { ...message(''), id }),
      textDelta(0, `m${id}`),
      itemDone(0, { ...message(`m${id}`), id }),
    ]);
    expect(contentsOf(complete(...numbered))).toEqual(['m1', 'm2']);
  });

  it('are one item if only the id changes', () => {
    const { output_index: _index, ...firstEvent } = itemAdded(0, message('', { id: 'm0' })) as Record<
      string,
      unknown
    >;
    const deltaOf = (id: string, delta: string): object => ({
      type: 'response.output_text.delta',
      item_id: id,
      delta,
    });
    const { output_index: _last, ...lastEvent } = itemDone(0, message('Hello', { id: 'm3' })) as Record<
      string,
      unknown
    >;
    expect(
      contentsOf(
        stream(created, firstEvent, deltaOf('m1', 'Hel'), deltaOf('m2', 'lo'), lastEvent, completed()),
      ),
    ).toEqual(['Hello']);
  });

  it.each([undefined, ''])('are distinguished if their deltas have no index and the id %j', (itemId) => {
    const event = (type: string, members: object): object => ({ type: `response.${type}`, ...members });
    const events = ['Hello', 'world'].flatMap((text, at) => {
      const id = `m${at}`;
      return [
        event('output_item.added', { item: message('', { id, content: [] }) }),
        event('output_text.delta', { delta: text, item_id: itemId }),
        event('output_item.done', { item: message(text, { id }) }),
      ];
    });
    expect(contentsOf(complete(...events))).toEqual(['Hello', 'world']);
  });

  it('are stored unchanged for replay', () => {
    const program = { type: 'program', id: 'prog_1', call_id: 'p1', code: 'f()', fingerprint: 'fp' };
    const caller = { type: 'program', caller_id: 'p1' };
    const { events } = complete(itemDone(0, program), itemDone(1, call('c', '{}', { caller })));
    const parts = events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []));
    expect(parts).toMatchObject([
      { type: 'vendor', kind: 'program', text: 'f()', replay: { family: FAMILY, data: { item: program } } },
      { type: 'tool-call', id: 'c', replay: { data: { caller } } },
    ]);
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
  });
});
