import { LlmError, type Usage } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { describe, expect, it } from 'vitest';
import {
  blockDelta,
  blockStart,
  blockStop,
  endEvents,
  message,
  messageDelta,
  messageStart,
  messageStop,
  ping,
  textBlock,
  thinkingBlock,
  toolBlock,
} from '../test/events.ts';
import { MessagesReader } from './stream.ts';

const newReader = (family = 'claude', reportUsage?: (usage: Usage) => void): MessagesReader =>
  new MessagesReader({
    reportUsage,
    writer: new EventWriter('a/m', { collects: true }),
    family,
    inBandError: (body) => new LlmError('server', JSON.stringify(body)),
  });

/** Returns the parts, the warnings and the end that a reader has written. */
function resultOf({ writer }: MessagesReader) {
  const events = writer.take();
  const finish = events.find((event) => event.type === 'finish');
  return {
    events,
    id: events.find((event) => event.type === 'start')?.id,
    parts: events.flatMap((event) => (event.type === 'part-end' ? [event.part] : [])),
    warnings: events.flatMap((event) => (event.type === 'warning' ? [event.warning] : [])),
    finish: finish?.reason,
    rawFinish: finish?.raw,
    usage: finish?.usage,
  };
}
type Result = ReturnType<typeof resultOf>;

/** Reads events until the reader is done, and returns their result. */
function read(...events: readonly object[]): Result & { readonly done: boolean } {
  const reader = newReader();
  for (const event of events) if (!reader.done) reader.readMessage(JSON.stringify(event));
  return { ...resultOf(reader), done: reader.done };
}

/** Reads the stream of a complete turn with these blocks. */
const readTurn = (stopReason: string, ...blocks: readonly object[]): Result =>
  read(messageStart(), ...blocks, ...endEvents(stopReason));

function readBody(body: unknown): Result {
  const reader = newReader();
  reader.readBody(body);
  return resultOf(reader);
}

const vendorPart = (block: object, kind: string, text?: string) => ({
  type: 'vendor',
  kind,
  ...(text !== undefined && { text }),
  replay: { family: 'claude', data: { messages: block } },
});
const call = (id: string, args: object) => ({ type: 'tool-call', id, name: 'get', args });

describe('a stream', () => {
  it('opens and ends parts in order', () => {
    const { events } = readTurn('tool_use', ...textBlock(0, 'a', 'b'), ...toolBlock(1, 't', 'get', '{}'));
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'part-start',
      'text-delta',
      'text-delta',
      'part-end',
      'part-start',
      'args-delta',
      'part-end',
      'finish',
    ]);
  });

  it('keeps text blocks separate', () => {
    const { parts } = readTurn('end_turn', ...textBlock(0, 'a'), ...textBlock(1, 'b'));
    expect(parts).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
  });

  it('joins fragments of a signature, and reads redacted thinking', () => {
    const { parts } = readTurn(
      'end_turn',
      blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
      blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
      blockDelta(0, { type: 'signature_delta', signature: 'ab' }),
      blockDelta(0, { type: 'signature_delta', signature: 'cd' }),
      blockStop(0),
      ...thinkingBlock(1, '', 'ef'),
      blockStart(2, { type: 'redacted_thinking', data: 'zz' }),
      blockStop(2),
      ...textBlock(3, 'x'),
    );
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hm', replay: { family: 'claude', data: { signature: 'abcd' } } },
      { type: 'reasoning', text: '', replay: { family: 'claude', data: { signature: 'ef' } } },
      { type: 'reasoning', text: '', replay: { family: 'claude', data: { redacted: 'zz' } } },
      { type: 'text', text: 'x' },
    ]);
  });

  it.for([
    ['in fragments', [...toolBlock(0, 't', 'get', '', '{"a', '":1}')], { a: 1 }],
    ['absent', [...toolBlock(0, 't', 'get', '')], {}],
    [
      'complete in its start event',
      [blockStart(0, { type: 'tool_use', id: 't', name: 'get', input: { a: 1 } }), blockStop(0)],
      { a: 1 },
    ],
    [
      'complete in its start event, and again in fragments',
      [
        blockStart(0, { type: 'tool_use', id: 't', name: 'get', input: { a: 1 } }),
        blockDelta(0, { type: 'input_json_delta', partial_json: '{"a":2}' }),
        blockStop(0),
      ],
      { a: 2 },
    ],
  ] as const)('reads arguments %s', ([, block, args]) => {
    expect(readTurn('tool_use', ...block).parts).toEqual([call('t', args)]);
  });

  it('marks arguments that are not an object as invalid', () => {
    const { parts } = readTurn('max_tokens', ...toolBlock(0, 't', 'get', '{"a":'));
    expect(parts).toEqual([{ ...call('t', {}), invalid: { raw: '{"a":' } }]);
  });

  it('generates a missing id', () => {
    const { parts } = readTurn('tool_use', blockStart(0, { type: 'tool_use', name: 'get' }), blockStop(0));
    expect(parts).toMatchObject([{ id: expect.stringMatching(/^call_\w+_0$/) as string }]);
  });

  const start = (index: number, id: string, input: object = {}): object =>
    blockStart(index, { type: 'tool_use', id, name: 'get', input });
  const json = (index: number, partial_json: string): object =>
    blockDelta(index, { type: 'input_json_delta', partial_json });

  it.for([
    ['in fragments', [start(0, 'a'), start(1, 'b'), json(0, '{"a"'), json(1, '{"b":2}'), json(0, ':1}')]],
    ['complete in their start events', [start(0, 'a', { a: 1 }), start(1, 'b', { b: 2 })]],
  ] as const)('distinguishes parallel calls with arguments %s', ([, events]) => {
    const { parts, warnings } = readTurn('tool_use', ...events, blockStop(1), blockStop(0));
    expect(parts).toHaveLength(2);
    expect(parts).toContainEqual(call('a', { a: 1 }));
    expect(parts).toContainEqual(call('b', { b: 2 }));
    expect(warnings).toEqual([]);
  });

  it('defers text until open calls have ended', () => {
    const { parts } = readTurn(
      'tool_use',
      start(0, 'a'),
      blockStart(1, { type: 'text', text: '' }),
      blockDelta(1, { type: 'text_delta', text: 'mean' }),
      json(0, '{"a":1}'),
      blockStop(0),
      blockDelta(1, { type: 'text_delta', text: 'while' }),
      blockStop(1),
    );
    expect(parts).toEqual([call('a', { a: 1 }), { type: 'text', text: 'meanwhile' }]);
  });

  it('reads blocks without an end', () => {
    const { parts } = readTurn(
      'tool_use',
      start(0, 'a', { a: 1 }),
      blockStart(1, { type: 'text', text: 'b' }),
      start(2, 'c'),
      json(2, '{"c":3}'),
      blockStart(3, { type: 'text', text: 'd' }),
    );
    expect(parts.map((part) => (part.type === 'text' ? part.text : part.type))).toEqual([
      'tool-call',
      'tool-call',
      'b',
      'd',
    ]);
    expect(parts).toMatchObject([{ args: { a: 1 } }, { args: { c: 3 } }, {}, {}]);
  });

  it('reads text and thinking without a start or first text', () => {
    const { parts } = readTurn(
      'end_turn',
      blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
      blockStop(0),
      blockDelta(1, { type: 'text_delta', text: 'a' }),
      blockStop(1),
      blockStart(2, { type: 'text' }),
      blockDelta(2, { type: 'text_delta', text: 'b' }),
      blockStop(2),
    );
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
  });

  it('rejects arguments of a call without a start', () => {
    expect(() => read(messageStart(), json(0, '{"a":1}'))).toThrow(
      expect.objectContaining({
        kind: 'protocol',
        details: expect.objectContaining({ path: 'content[0].name' }),
      }) as Error,
    );
  });

  it('stores unsigned and signed thinking for its own server', () => {
    const reader = newReader('messages/api.example');
    const unsigned = [
      blockStart(0, { type: 'thinking', thinking: '' }),
      blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
      blockStop(0),
    ];
    for (const event of [
      messageStart(),
      ...unsigned,
      ...thinkingBlock(1, 'so', 'sig'),
      ...endEvents('end_turn'),
    ])
      if (!reader.done) reader.readMessage(JSON.stringify(event));
    const family = 'messages/api.example';
    expect(resultOf(reader).parts).toEqual([
      { type: 'reasoning', text: 'hm', replay: { family, data: { unsigned: true } } },
      { type: 'reasoning', text: 'so', replay: { family, data: { signature: 'sig' } } },
    ]);
  });

  it('warns once about an unknown delta', () => {
    const { parts, warnings } = readTurn(
      'end_turn',
      blockStart(0, { type: 'text', text: 'a' }),
      blockDelta(0, { type: 'delta_of_2027' }),
      blockDelta(0, { type: 'delta_of_2027' }),
      blockStop(0),
    );
    expect(parts).toEqual([{ type: 'text', text: 'a' }]);
    expect(warnings).toMatchObject([{ action: 'dropped', what: 'delta_of_2027 in the response' }]);
  });

  it('reads text and thinking in one block', () => {
    const { parts } = readTurn(
      'end_turn',
      blockStart(0, { type: 'text', text: '' }),
      blockDelta(0, { type: 'thinking_delta', thinking: 'hm' }),
      blockDelta(0, { type: 'text_delta', text: 'a' }),
      blockStop(0),
    );
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'a' },
    ]);
  });

  it('finishes with tool-calls if a gateway reports a stop', () => {
    const { finish, rawFinish } = readTurn('end_turn', ...toolBlock(0, 't', 'get', '{}'));
    expect([finish, rawFinish]).toEqual(['tool-calls', 'end_turn']);
  });

  it('stores complete vendor blocks unchanged and drops incomplete ones', () => {
    const searchResult = {
      type: 'web_search_result',
      title: 'T',
      url: 'https://a.example',
      encrypted_content: 'e',
    };
    const { parts, warnings } = readTurn(
      'end_turn',
      ping,
      ...textBlock(0, 'before '),
      blockStart(1, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      blockDelta(1, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      blockStop(1),
      blockStart(2, { type: 'web_search_tool_result', tool_use_id: 's', content: [searchResult] }),
      blockStop(2),
      blockStart(3, { type: 'mcp_tool_use', id: 'm', name: 'x', server_name: 'y', input: {} }),
      blockStop(3),
      blockStart(4, { type: 'block_of_2027', text: 'no' }),
      blockDelta(4, { type: 'text_delta', text: 'no' }),
      blockDelta(4, { type: 'delta_of_2027' }),
      blockStop(4),
      { type: 'event_of_2027' },
      blockStart(5, { type: 'text', text: '' }),
      blockDelta(5, { type: 'citations_delta', citation: {} }),
      blockDelta(5, { type: 'text_delta', text: 'after' }),
      blockStop(5),
    );
    expect(parts).toEqual([
      { type: 'text', text: 'before ' },
      vendorPart(
        { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
        'web_search',
        'x',
      ),
      vendorPart(
        { type: 'web_search_tool_result', tool_use_id: 's', content: [searchResult] },
        'web_search_tool_result',
        'T',
      ),
      vendorPart({ type: 'mcp_tool_use', id: 'm', name: 'x', server_name: 'y', input: {} }, 'mcp_tool_use'),
      { type: 'text', text: 'after' },
    ]);
    expect(warnings.map(({ action, what }) => `${action} ${what}`)).toEqual([
      'dropped block_of_2027 in the response',
    ]);
  });

  it('reports a fallback of the vendor in the usage', () => {
    const block = { type: 'fallback', from: { model: 'a' }, to: { model: 'b' } };
    const { events } = readTurn('end_turn', blockStart(0, block), blockStop(0), ...textBlock(1, 'hi'));
    expect(events.at(-1)).toMatchObject({
      type: 'finish',
      usage: { details: { serverTools: { fallback: 1 } } },
    });
  });

  it('emits citations at the end of a text and stores those that must be sent back', () => {
    const page = {
      type: 'web_search_result_location',
      url: 'https://a.example',
      title: 'A',
      cited_text: 'Tea is old.',
      encrypted_index: 'e',
    };
    const pageLocation = {
      type: 'page_location',
      document_index: 1,
      document_title: null,
      start_page_number: 2,
    };
    const result = { type: 'search_result_location', source: 'shelf 4', title: 'B', cited_text: '' };
    const cites = (citation: unknown): object => blockDelta(0, { type: 'citations_delta', citation });
    const { parts, warnings } = readTurn(
      'end_turn',
      blockStart(0, { type: 'text', text: '', citations: [] }),
      cites(page),
      blockDelta(0, { type: 'text_delta', text: 'Old tea.' }),
      ...[pageLocation, result, null, { type: 'location_of_2027' }].map(cites),
      blockStop(0),
      ...textBlock(1, 'Bye.'),
    );
    const textPart = {
      type: 'text',
      text: 'Old tea.',
      citations: [
        { url: 'https://a.example', title: 'A', quote: 'Tea is old.' },
        { document: 1, other: { start_page_number: 2 } },
        { document: 'shelf 4', title: 'B' },
      ],
      replay: { family: 'claude', data: { cited: [page] } },
    };
    expect(parts).toEqual([textPart, { type: 'text', text: 'Bye.' }]);
    expect(warnings).toEqual([]);
    const body = message([{ type: 'text', text: 'Old tea.', citations: [page, pageLocation, result] }]);
    expect(readBody(body).parts).toEqual([textPart]);
  });

  it('stores all blocks of a paused turn', () => {
    const compaction = { type: 'compaction', content: null };
    const { finish, parts, warnings } = readTurn(
      'pause_turn',
      blockStart(0, compaction),
      blockDelta(0, { type: 'compaction_delta', content: 'so far' }),
      blockStop(0),
    );
    expect(finish).toBe('incomplete');
    expect(parts).toEqual([vendorPart({ ...compaction, content: 'so far' }, 'compaction', 'so far')]);
    expect(warnings).toEqual([]);
  });

  it('stores the caller of a call if it is a program', () => {
    const caller = { type: 'code_execution_20260120', tool_id: 's' };
    const toolUse = (caller: object): object => ({
      type: 'tool_use',
      id: 't',
      name: 'get',
      input: {},
      caller,
    });
    const calls = [toolUse(caller), { ...toolUse({ type: 'direct' }), id: 'u' }];
    expect(readBody({ ...message(calls), stop_reason: 'tool_use' }).parts).toEqual([
      { ...call('t', {}), programId: 's', replay: { family: 'claude', data: { caller } } },
      call('u', {}),
    ]);
  });

  it('is truncated if another response starts, and ignores a repeated start', () => {
    const otherStart = { ...messageStart(), message: { id: 'msg_2', content: [], usage: {} } };
    expect(() => read(messageStart(), ...textBlock(0, 'a'), otherStart)).toThrow(
      expect.objectContaining({ kind: 'truncated' }) as Error,
    );
    const { usage, parts } = readTurn(
      'end_turn',
      messageStart({ input_tokens: 0, output_tokens: 0 }),
      ...textBlock(0, 'a'),
    );
    expect([usage?.input, parts]).toEqual([15, [{ type: 'text', text: 'a' }]]);
  });

  it('reads the details of a refusal, in a stream and a body', () => {
    const stop_details = { type: 'refusal', category: 'cyber', explanation: 'No exploits.' };
    const stopDetails = { category: 'cyber', explanation: 'No exploits.' };
    const streamed = newReader();
    for (const event of [
      messageStart(),
      ...textBlock(0, 'a'),
      { type: 'message_delta', delta: { stop_reason: 'refusal', stop_details }, usage: { output_tokens: 1 } },
      messageStop,
    ])
      streamed.readMessage(JSON.stringify(event));
    expect(streamed.writer.take().at(-1)).toMatchObject({ reason: 'refusal', stopDetails });
    const reader = newReader();
    reader.readBody({ ...message([{ type: 'text', text: 'a' }]), stop_reason: 'refusal', stop_details });
    expect(reader.writer.take().at(-1)).toMatchObject({ stopDetails });
  });

  it('ends at message_stop, with the usage of each message_delta', () => {
    const start = [
      messageStart(),
      ...textBlock(0, 'a'),
      messageDelta('end_turn', { output_tokens: 0 }),
    ] as const;
    expect(read(...start)).toMatchObject({ done: false, usage: undefined });
    const later = messageDelta(null, { input_tokens: 900, output_tokens: 500 });
    const { done, rawFinish, usage } = read(...start, later, messageStop);
    expect({ done, rawFinish }).toEqual({ done: true, rawFinish: 'end_turn' });
    expect(usage).toMatchObject({ input: 905, output: 500 });
  });

  it('reports the output with the stop reason', () => {
    const reported: unknown[] = [];
    const reader = newReader('claude', ({ output }) => reported.push(output));
    const events = [messageStart(), ...textBlock(0, 'a'), messageDelta('end_turn', { output_tokens: 0 })];
    for (const event of events) reader.readMessage(JSON.stringify(event));
    expect(reported.at(-1)).toBeUndefined();
    reader.readMessage(JSON.stringify(messageDelta('end_turn', { output_tokens: 7 })));
    expect(reported.at(-1)).toBe(7);
  });

  it('ends with the body after a stop reason', () => {
    const reader = newReader();
    for (const event of [messageStart(), ...textBlock(0, 'a'), messageDelta('end_turn')])
      reader.readMessage(JSON.stringify(event));
    reader.end();
    expect(resultOf(reader)).toMatchObject({
      rawFinish: 'end_turn',
      usage: { input: 15, output: 7 },
    });
  });

  it('finishes as other without a reason, with a warning', () => {
    const { finish, rawFinish, warnings } = read(messageStart(), ...textBlock(0, 'a'), messageStop);
    expect({ finish, rawFinish }).toEqual({ finish: 'other', rawFinish: undefined });
    expect(warnings).toMatchObject([{ action: 'repaired', what: 'finish reason' }]);
  });

  it('is complete after its reason and truncated before it', () => {
    const reader = newReader();
    reader.readMessage(JSON.stringify(messageDelta('end_turn', null)));
    reader.end();
    expect(reader.done).toBe(true);
    expect(() => {
      newReader().end();
    }).toThrow(expect.objectContaining({ kind: 'truncated' }) as Error);
  });

  it('emits the warnings of its request once, after the start', () => {
    const reader = newReader();
    reader.writer.warning({ action: 'dropped', what: 'seed', why: 'x' });
    for (const event of [messageStart(), ...textBlock(0, 'a'), messageDelta('end_turn')])
      reader.readMessage(JSON.stringify(event));
    const types = reader.writer.take().map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['start', 'warning']);
    expect(types.filter((type) => type === 'warning')).toHaveLength(1);
  });
});

describe('a complete body', () => {
  it('has the same parts as a stream', () => {
    const { parts, finish, usage, id } = readBody(
      message(
        [
          { type: 'thinking', thinking: 'hm', signature: 'ab' },
          { type: 'redacted_thinking', data: 'zz' },
          { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
          { type: 'text', text: 'a', citations: null },
          { type: 'tool_use', id: 't', name: 'get', input: { a: 1 }, caller: { type: 'direct' } },
          { type: 'tool_use', id: 'u', name: 'get', input: {} },
        ],
        { stop_reason: 'tool_use' },
      ),
    );
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hm', replay: { family: 'claude', data: { signature: 'ab' } } },
      { type: 'reasoning', text: '', replay: { family: 'claude', data: { redacted: 'zz' } } },
      vendorPart(
        { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
        'web_search',
        'x',
      ),
      { type: 'text', text: 'a' },
      call('t', { a: 1 }),
      call('u', {}),
    ]);
    expect({ finish, id, input: usage?.input }).toEqual({ finish: 'tool-calls', id: 'msg_1', input: 10 });
  });

  it.for([[null], ['text'], [7]])('rejects %j', ([body]) => {
    expect(() => readBody(body)).toThrow(expect.objectContaining({ kind: 'protocol' }) as Error);
  });

  it('has no usage if none was sent', () => {
    expect(readBody(message([{ type: 'text', text: 'a' }], { usage: undefined })).usage).toBeUndefined();
  });
});
