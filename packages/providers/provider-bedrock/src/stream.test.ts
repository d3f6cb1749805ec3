import { describe, expect, it } from 'vitest';
import type { JsonObject, ModelEvent } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import type { WireAnswer } from './response.ts';
import { ConverseReader, type WireEvent } from './stream.ts';
import { storedBlock } from './vendor-parts.ts';

const read = (...events: readonly WireEvent[]): readonly ModelEvent[] => {
  const reader = new ConverseReader({
    writer: new EventWriter('bedrock/m', { collects: true }),
    family: 'claude',
  });
  for (const event of events) reader.readEvent(event);
  if (!reader.done) reader.end();
  return reader.writer.take();
};
const readWhole = (answer: WireAnswer): readonly ModelEvent[] => {
  const reader = new ConverseReader({
    writer: new EventWriter('bedrock/m', { collects: true }),
    family: 'claude',
  });
  reader.readBody(answer);
  return reader.writer.take();
};
const parts = (events: readonly ModelEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []));
const delta = (contentBlockIndex: number, content: object): WireEvent => ({
  contentBlockDelta: { contentBlockIndex, delta: content },
});
const startCall = (contentBlockIndex: number, toolUseId: string): WireEvent => ({
  contentBlockStart: { contentBlockIndex, start: { toolUse: { toolUseId, name: 'weather' } } },
});
const stop = (contentBlockIndex: number): WireEvent => ({ contentBlockStop: { contentBlockIndex } });
const END: readonly WireEvent[] = [
  { messageStop: { stopReason: 'end_turn' } },
  {
    metadata: {
      usage: { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 100, cacheWriteInputTokens: 20 },
    },
  },
];

describe('a stream', () => {
  it('distinguishes interleaved calls and ends them in their order', () => {
    const events = read(
      { messageStart: { role: 'assistant' } },
      startCall(1, 'a'),
      startCall(2, 'b'),
      delta(1, { toolUse: { input: '{"city":' } }),
      delta(2, { toolUse: { input: '{"city":' } }),
      delta(1, { toolUse: { input: '"Rome"}' } }),
      delta(2, { toolUse: { input: '"Oslo"}' } }),
      stop(2),
      stop(1),
      { messageStop: { stopReason: 'tool_use' } },
    );
    expect(parts(events)).toEqual([
      { type: 'tool-call', id: 'a', name: 'weather', args: { city: 'Rome' } },
      { type: 'tool-call', id: 'b', name: 'weather', args: { city: 'Oslo' } },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'tool-calls', usage: undefined });
  });

  it('stores the signature of reasoning, also in fragments, and redacted reasoning as text', () => {
    const events = read(
      delta(0, { reasoningContent: { text: 'Hm.' } }),
      delta(0, { reasoningContent: { signature: 'si' } }),
      delta(0, { reasoningContent: { signature: 'g' } }),
      stop(0),
      delta(1, { reasoningContent: { redactedContent: new TextEncoder().encode('EtkE') } }),
      stop(1),
      delta(2, { text: 'Yes.' }),
      stop(2),
      ...END,
    );
    expect(parts(events)).toEqual([
      { type: 'reasoning', text: 'Hm.', replay: { family: 'claude', data: { signature: 'sig' } } },
      { type: 'reasoning', text: '', replay: { family: 'claude', data: { redacted: 'EtkE' } } },
      { type: 'text', text: 'Yes.' },
    ]);
  });

  it('counts cached input in the total', () => {
    expect(read(delta(0, { text: 'x' }), ...END).at(-1)).toMatchObject({
      usage: { input: 130, output: 5, cacheRead: 100, cacheWrite: 20, reasoning: undefined },
    });
  });

  it('waits for the usage after the stop reason, in either order', () => {
    const [first, second] = [...END].reverse() as [WireEvent, WireEvent];
    expect(read(delta(0, { text: 'x' }), first, second).at(-1)).toMatchObject({
      reason: 'stop',
      usage: { output: 5 },
    });
  });

  it('reads citations in the block of the text or the next one', () => {
    const web = { location: { web: { url: 'https://a.example', domain: 'a.example' } } };
    const searchResult = {
      title: 'B',
      source: 'https://b.example',
      sourceContent: [{ text: 'Tea ' }, { text: 'is old.' }],
      location: { searchResultLocation: { searchResultIndex: 0, start: 0, end: 1 } },
    };
    const page = { title: 'C', location: { documentPage: { documentIndex: 2, start: 1, end: 2 } } };
    const citations = [
      { url: 'https://a.example', other: { web: { domain: 'a.example' } } },
      {
        url: 'https://b.example',
        title: 'B',
        quote: 'Tea is old.',
        other: { searchResultLocation: { searchResultIndex: 0, start: 0, end: 1 } },
      },
      { document: 2, title: 'C', other: { documentPage: { start: 1, end: 2 } } },
    ];
    const events = read(
      delta(0, { text: 'Old.' }),
      delta(0, { citation: searchResult }),
      stop(0),
      delta(1, { citation: web }),
      delta(1, { citation: page }),
      stop(1),
      delta(2, { text: 'Bye.' }),
      stop(2),
      ...END,
    );
    const [url, result, document] = citations;
    expect(parts(events)).toEqual([
      { type: 'text', text: 'Old.', citations: [result, url, document] },
      { type: 'text', text: 'Bye.' },
    ]);
  });

  it('assigns early citations to the text that follows', () => {
    const facts = { title: 'facts', location: { documentChar: { documentIndex: 0, start: 0, end: 9 } } };
    const events = read(
      delta(0, { text: 'So.' }),
      stop(0),
      delta(1, { citation: facts }),
      delta(1, { text: '' }),
      delta(1, { text: 'Old.' }),
      stop(1),
      ...END,
    );
    expect(parts(events)).toEqual([
      { type: 'text', text: 'So.' },
      {
        type: 'text',
        text: 'Old.',
        citations: [{ document: 0, title: 'facts', other: { documentChar: { start: 0, end: 9 } } }],
      },
    ]);
  });

  it('warns about citations without text', () => {
    const page = { location: { web: { url: 'https://a.example' } } };
    const events = read(delta(0, { citation: page }), ...END);
    expect(parts(events)).toEqual([]);
    expect(events).toContainEqual({
      type: 'warning',
      warning: expect.objectContaining({ what: 'citations in the response' }) as object,
    });
  });

  it('counts vendor tools', () => {
    const use = (at: number) => ({
      contentBlockStart: {
        contentBlockIndex: at,
        start: { toolUse: { toolUseId: 's', name: 'nova_grounding', type: 'server_tool_use' } },
      },
    });
    const events = read(use(0), stop(0), use(1), stop(1), delta(2, { text: 'Found.' }), ...END);
    expect(events.at(-1)).toMatchObject({ usage: { details: { serverTools: { nova_grounding: 2 } } } });
  });

  it('stores vendor blocks unchanged and requests no results', () => {
    const events = read(
      {
        contentBlockStart: {
          contentBlockIndex: 0,
          start: { toolUse: { toolUseId: 's', name: 'search', type: 'server_tool_use' } },
        },
      },
      delta(0, { toolUse: { input: '{"query":' } }),
      delta(0, { toolUse: { input: '"tea"}' } }),
      stop(0),
      {
        contentBlockStart: {
          contentBlockIndex: 1,
          start: { toolResult: { toolUseId: 's', type: 'search_result', status: 'success' } },
        },
      },
      delta(1, { toolResult: [{ text: '[HIDDEN]' }] }),
      stop(1),
      delta(2, { text: 'Found.' }),
      ...END,
    );
    const block = {
      toolResult: {
        toolUseId: 's',
        type: 'search_result',
        status: 'success',
        content: [{ text: '[HIDDEN]' }],
      },
    };
    expect(parts(events)).toEqual([
      {
        type: 'vendor',
        kind: 'search',
        text: 'tea',
        replay: {
          family: 'claude',
          data: {
            block: {
              toolUse: { toolUseId: 's', name: 'search', type: 'server_tool_use', input: { query: 'tea' } },
            },
          },
        },
      },
      { type: 'vendor', kind: 'search_result', replay: { family: 'claude', data: { block } } },
      { type: 'text', text: 'Found.' },
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'stop' });
  });

  it('ignores newer events and deltas', () => {
    const events = read(
      { somethingNew: {} } as WireEvent,
      delta(0, { citation: {} }),
      stop(0),
      delta(1, { text: 'x' }),
      ...END,
    );
    expect(parts(events)).toEqual([{ type: 'text', text: 'x' }]);
  });

  it('is truncated without a stop reason', () => {
    expect(() => read(delta(0, { text: 'x' }))).toThrow(expect.objectContaining({ kind: 'truncated' }));
  });

  it.each([
    ['throws if it blocks before content', [], 'content-filter'],
    ['finishes with content-filter if it blocks after content', [delta(0, { text: 'x' })], undefined],
  ] as const)('a guardrail: %s', (_name, before, kind) => {
    const readGuardrailStream = (): unknown =>
      read(...before, { messageStop: { stopReason: 'guardrail_intervened' } }).at(-1);
    if (kind === undefined)
      expect(readGuardrailStream()).toMatchObject({ reason: 'content-filter', raw: 'guardrail_intervened' });
    else
      expect(readGuardrailStream).toThrow(
        expect.objectContaining({
          kind,
          details: expect.objectContaining({ code: 'guardrail_intervened' }) as object,
        }),
      );
  });
});

describe('a complete response', () => {
  it('reads every kind of block', () => {
    const events = readWhole({
      output: {
        message: {
          content: [
            { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig' } } },
            { citationsContent: { content: [{ text: 'Cited.' }] } },
            { toolUse: { toolUseId: 'a', name: 'weather', input: { city: 'Rome' } } },
          ],
        },
      },
      stopReason: 'tool_use',
      usage: { inputTokens: 1, outputTokens: 2, cacheDetails: [{ ttl: '1h', inputTokens: 7 }] },
      serviceTier: { type: 'flex' },
    });
    expect(parts(events)).toEqual([
      { type: 'reasoning', text: 'Hm.', replay: { family: 'claude', data: { signature: 'sig' } } },
      { type: 'text', text: 'Cited.' },
      { type: 'tool-call', id: 'a', name: 'weather', args: { city: 'Rome' } },
    ]);
    expect(events.at(-1)).toMatchObject({ usage: { details: { cacheWriteLong: 7, serviceTier: 'flex' } } });
  });

  it.each([
    ['optimized', { speed: 'optimized' }],
    ['standard', undefined],
  ])('with the latency %s has the details %j, because the price depends on it', (latency, details) => {
    const events = readWhole({
      output: { message: { content: [{ text: 'Hi' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 1, outputTokens: 2 },
      performanceConfig: { latency },
    });
    const finish = events.find((event) => event.type === 'finish');
    expect(finish?.usage?.details).toEqual(details);
  });

  it.each([
    [{}, 'output.message.content'],
    [{ output: { message: { content: [] } } }, 'stopReason'],
    [{ output: { message: { content: [{ toolUse: { toolUseId: 'a' } }] } } }, 'content[0].toolUse.name'],
  ])('rejects %j as protocol with the path', (answer, path) => {
    expect(() => readWhole(answer)).toThrow(
      expect.objectContaining({ kind: 'protocol', details: expect.objectContaining({ path }) as object }),
    );
  });
});

describe('unsupported content', () => {
  const warningsOf = (events: readonly ModelEvent[]): unknown[] =>
    events.flatMap((event) => (event.type === 'warning' ? [event.warning.what] : []));

  it('is reported once per kind in a stream whose deltas have an unknown kind', () => {
    const unknown = { $unknown: ['block_of_2027', {}] };
    const streamed = read(
      { messageStart: { role: 'assistant' } },
      delta(0, { image: {} }),
      delta(1, unknown),
      delta(1, unknown),
      delta(1, { text: 'a' }),
      ...END,
    );
    expect(warningsOf(streamed)).toEqual(['image in the response', 'block_of_2027 in the response']);
    expect(parts(streamed)).toEqual([{ type: 'text', text: 'a' }]);
  });

  it('is a vendor part if its block is complete, and is sent back unchanged', () => {
    const blocks = [
      { image: { format: 'png', source: { s3Location: { uri: 's3://images/1' } } } },
      { document: { format: 'pdf', name: 'a', source: { bytes: 'AAAA' } } },
      { block_of_2027: { text: 'new' } },
    ];
    const [image, document] = blocks;
    const unknown = { $unknown: ['block_of_2027', { text: 'new' }] };
    const content = [
      image,
      { document: { ...document?.document, source: { bytes: new Uint8Array(3) } } },
      unknown,
    ];
    const events = readWhole({ output: { message: { content: content as never } }, stopReason: 'end_turn' });
    expect(warningsOf(events)).toEqual([]);
    expect(parts(events)).toEqual(
      blocks.map((block) => ({
        type: 'vendor',
        kind: Object.keys(block)[0],
        replay: { family: 'claude', data: { block } },
      })),
    );
    expect(blocks.map((block) => storedBlock(block as JsonObject))).toEqual(
      blocks.map((block) => ({ $unknown: Object.entries(block)[0] })),
    );
  });

  it('is a vendor part for an image of a stream that is in S3', () => {
    const source = { s3Location: { uri: 's3://images/1' } };
    const streamed = read(
      { messageStart: { role: 'assistant' } },
      { contentBlockStart: { contentBlockIndex: 0, start: { image: { format: 'png' } } } },
      delta(0, { image: { source } as object }),
      stop(0),
      ...END,
    );
    const block = { image: { format: 'png', source } };
    expect(parts(streamed)).toEqual([
      { type: 'vendor', kind: 'image', replay: { family: 'claude', data: { block } } },
    ]);
  });

  it('is not reported for citations with text', () => {
    const streamed = read(
      { messageStart: { role: 'assistant' } },
      delta(0, { text: 'a' }),
      delta(0, { citation: { title: 't' } }),
      ...END,
    );
    expect(warningsOf(streamed)).toEqual([]);
  });
});

it('contains generated audio', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const content = [{ audio: { format: 'opus', source: { bytes } } }];
  expect(parts(readWhole({ output: { message: { content } }, stopReason: 'end_turn' }))).toEqual([
    { type: 'audio', mediaType: 'audio/opus', bytes },
  ]);
});

it('keeps an image and the result of a vendor tool open until the ends of their blocks', () => {
  const events = read(
    { messageStart: { role: 'assistant' } },
    { contentBlockStart: { contentBlockIndex: 0, start: { image: { format: 'jpeg' } } } },
    { contentBlockStart: { contentBlockIndex: 1, start: { toolResult: { toolUseId: 's' } } } },
    startCall(2, 'a'),
    stop(2),
    delta(0, { image: { source: { bytes: new Uint8Array([1, 2]) } } }),
    stop(0),
    delta(1, { toolResult: [{ text: 'tea' }] }),
    stop(1),
    ...END,
  );
  expect(parts(events)).toMatchObject([
    { type: 'tool-call', id: 'a' },
    { type: 'image', bytes: new Uint8Array([1, 2]) },
    { type: 'vendor', text: 'tea' },
  ]);
});

it('contains generated images, streamed or not', () => {
  const image = { type: 'image', mediaType: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) };
  const streamed = read(
    { messageStart: { role: 'assistant' } },
    { contentBlockStart: { contentBlockIndex: 0, start: { image: { format: 'jpeg' } } } },
    delta(0, { image: { source: { bytes: new Uint8Array([1, 2]) } } }),
    delta(0, { image: { source: { bytes: new Uint8Array([3]) } } }),
    stop(0),
    ...END,
  );
  const block = { image: { format: 'jpeg', source: { bytes: image.bytes } } };
  const whole = readWhole({ output: { message: { content: [block] } }, stopReason: 'end_turn' });
  expect(parts(streamed)).toEqual([image]);
  expect(parts(whole)).toEqual([image]);
});
