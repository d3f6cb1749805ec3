import { describe, expect, it } from 'vitest';
import type { ModelEvent, Usage } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { inBandError } from './errors.ts';
import { GeminiReader } from './stream.ts';

const readerOf = (reportUsage?: (usage: Usage) => void): GeminiReader =>
  new GeminiReader({
    reportUsage,
    writer: new EventWriter('google/m', { collects: true }),
    family: 'gemini/3-pro',
    toLlmError: (error) => inBandError(error, { target: 'google/m', secrets: [] }),
  });
const read = (...chunks: readonly unknown[]): readonly ModelEvent[] => {
  const reader = readerOf();
  for (const chunk of chunks) reader.readMessage(JSON.stringify(chunk));
  reader.end();
  return reader.writer.take();
};
const readWhole = (body: unknown): readonly ModelEvent[] => {
  const reader = readerOf();
  reader.readBody(body);
  reader.end();
  return reader.writer.take();
};
const parts = (events: readonly ModelEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []));
const chunk = (content: readonly object[], more: object = {}): object => ({
  responseId: 'r1',
  candidates: [{ content: { role: 'model', parts: content }, ...more }],
});
const STOP = { finishReason: 'STOP' };
const replayOf = (data: unknown): object => ({ replay: { family: 'gemini/3-pro', data } });
const failing = (kind: string, details: object = {}): unknown =>
  expect.objectContaining({ kind, details: expect.objectContaining(details) as object });

it('reads an answer next to an unspecified block reason', () => {
  const feedback = { promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED' } };
  const answer = { ...chunk([{ text: 'Hello' }], STOP), ...feedback };
  for (const events of [read(feedback, answer), readWhole(answer)])
    expect(parts(events)).toEqual([{ type: 'text', text: 'Hello' }]);
});

describe('a stream', () => {
  it('joins text and thoughts of chunks, and finishes at the end of the body', () => {
    const events = read(
      chunk([{ text: 'Hm', thought: true }], STOP),
      chunk([{ text: '.', thought: true }, { text: 'Hel' }], STOP),
      chunk([{ text: 'lo' }], STOP),
    );
    expect(events[0]).toEqual({ type: 'start', target: 'google/m', id: 'r1' });
    expect(parts(events)).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hello' },
    ]);
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1);
  });

  it('reports the output as unknown until a finish reason arrives', () => {
    const reported: unknown[] = [];
    const reader = readerOf(({ input, output }) => reported.push([input, output]));
    const counted = (candidatesTokenCount: number): object => ({
      usageMetadata: { promptTokenCount: 9, candidatesTokenCount },
    });
    reader.readMessage(JSON.stringify({ ...chunk([{ text: 'Hel' }]), ...counted(1) }));
    expect(reported.at(-1)).toEqual([9, undefined]);
    reader.readMessage(JSON.stringify({ ...chunk([{ text: 'lo' }], STOP), ...counted(2) }));
    expect(reported.at(-1)).toEqual([9, 2]);
  });

  it('reads ids of calls, or generates deterministic ones', () => {
    const call = { functionCall: { name: 'f', args: { a: 1 } } };
    const events = read(
      chunk(
        [{ ...call, functionCall: { ...call.functionCall, id: 'own' }, thoughtSignature: 's' }, call],
        STOP,
      ),
    );
    expect(parts(events)).toEqual([
      { type: 'tool-call', id: 'own', name: 'f', args: { a: 1 }, ...replayOf('s') },
      { type: 'tool-call', id: expect.stringMatching(/^call_\w+_1$/) as string, name: 'f', args: { a: 1 } },
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls', raw: 'STOP' });
    expect(parts(read(chunk([call], STOP)))).toEqual(parts(read(chunk([call], STOP))));
  });

  it('does not merge a signed part with adjacent ones', () => {
    const events = read(
      chunk([{ text: 'a' }]),
      chunk([{ text: 'b', thoughtSignature: 's' }]),
      chunk([{ text: 'c' }], STOP),
    );
    expect(parts(events)).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', ...replayOf('s') },
      { type: 'text', text: 'c' },
    ]);
  });

  it('stores a signature without text, and vendor parts, unchanged', () => {
    const empty = { text: '', thoughtSignature: 's' };
    const code = { executableCode: { code: '1' }, thoughtSignature: 't' };
    expect(parts(read(chunk([code, { text: 'x' }]), chunk([empty], STOP)))).toEqual([
      { type: 'vendor', kind: 'executableCode', text: '1', ...replayOf({ part: code }) },
      { type: 'text', text: 'x' },
      { type: 'reasoning', text: '', ...replayOf({ part: empty }) },
    ]);
  });

  it('keeps parts of unknown kinds as vendor parts, but not metadata', () => {
    const unknown = { somethingNew: {}, partMetadata: {} };
    const file = { fileData: { fileUri: 'x' } };
    const events = read(chunk([unknown, {}]), chunk([file, { partMetadata: {} }, { text: 'x' }], STOP));
    expect(parts(events)).toEqual([
      { type: 'vendor', kind: 'somethingNew', ...replayOf({ part: unknown }) },
      { type: 'vendor', kind: 'fileData', ...replayOf({ part: file }) },
      { type: 'text', text: 'x' },
    ]);
  });

  it('reads generated images and audio with their signatures, without intermediate images', () => {
    const media = (mimeType: string, data: string): object => ({ inlineData: { mimeType, data } });
    const events = read(
      chunk([{ ...media('image/png', 'AQI='), thought: true }, { text: 'Here:' }]),
      chunk([{ ...media('image/webp', 'AQI='), thoughtSignature: 's' }, media('audio/L16', 'AwQ=')], STOP),
    );
    expect(parts(events)).toEqual([
      { type: 'text', text: 'Here:' },
      { type: 'image', mediaType: 'image/webp', bytes: new Uint8Array([1, 2]), ...replayOf('s') },
      { type: 'audio', mediaType: 'audio/L16', bytes: new Uint8Array([3, 4]), ...replayOf(null) },
    ]);
  });

  it('keeps other media as vendor parts, and warns about media without data', () => {
    const video = { inlineData: { mimeType: 'video/mp4', data: 'AQI=' } };
    const events = read(chunk([video, { inlineData: { mimeType: 'image/png' } }], STOP));
    expect(parts(events)).toEqual([{ type: 'vendor', kind: 'inlineData', ...replayOf({ part: video }) }]);
    expect(events).toContainEqual({
      type: 'warning',
      warning: { action: 'dropped', what: 'media in the response', why: 'they have no data' },
    });
  });

  it.each(['MALFORMED_FUNCTION_CALL', 'MALFORMED_RESPONSE'])(
    'fails with the vendor’s explanation if %s leaves no content',
    (finishReason) => {
      const end = { finishReason, finishMessage: 'print(f(' };
      expect(() => read(chunk([], end))).toThrow(
        failing('unsupported', { code: finishReason, target: 'google/m' }),
      );
      expect(() => read(chunk([], end))).toThrow(`the model failed with ${finishReason}: print(f(`);
      expect(read(chunk([{ text: 'x' }], end)).at(-1)).toMatchObject({ reason: 'other', raw: finishReason });
    },
  );

  it('emits citations at the end of the text, also from a chunk that ends it', () => {
    const groundingMetadata = {
      webSearchQueries: ['tea'],
      groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
      groundingSupports: [{ segment: { endIndex: 3, text: 'Tea' }, groundingChunkIndices: [0] }],
    };
    const citations = [{ url: 'https://a.example', title: 'A', start: 0, end: 3 }];
    const signature = { text: '', thoughtSignature: 's' };
    const last = { ...STOP, groundingMetadata };
    expect(parts(read(chunk([{ text: 'Tea ' }]), chunk([{ text: 'is old.' }], last)))).toEqual([
      { type: 'text', text: 'Tea is old.', citations },
    ]);
    expect(parts(read(chunk([{ text: 'Tea is old.' }]), chunk([signature], last)))[0]).toEqual({
      type: 'text',
      text: 'Tea is old.',
      citations,
    });
    const call = { functionCall: { id: 'c', name: 'f', args: {} } };
    for (const next of [call, { text: 'Hm', thought: true }])
      expect(parts(read(chunk([{ text: 'Tea is old.' }]), chunk([next], last)))[0]).toEqual({
        type: 'text',
        text: 'Tea is old.',
        citations,
      });
    const lateMetadata = read(chunk([{ text: 'Tea' }, signature]), chunk([], last));
    expect(lateMetadata.flatMap((event) => (event.type === 'warning' ? [event.warning.what] : []))).toEqual([
      'citations',
    ]);
  });

  it('emits quotations that arrive during the text', () => {
    const citations = [{ uri: 'https://a.example', endIndex: 11 }];
    const events = read(
      chunk([{ text: 'Tea ' }], { citationMetadata: { citations } }),
      chunk([{ text: 'is old.' }], STOP),
    );
    expect(parts(events)).toEqual([
      { type: 'text', text: 'Tea is old.', citations: [{ url: 'https://a.example', start: 0, end: 11 }] },
    ]);
  });

  it('counts each search once, and ignores empty ones', () => {
    const toolCall = { toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['tea'] }, id: 's' };
    const last = { ...STOP, groundingMetadata: { webSearchQueries: ['', 'tea', 'old tea'] } };
    const events = read(chunk([{ toolCall }]), { usageMetadata: { promptTokenCount: 1 } }, chunk([], last));
    expect(events.at(-1)).toMatchObject({ usage: { details: { serverTools: { web_search: 2 } } } });
  });

  it('counts the searches of a prompt once for models that are billed by prompt', () => {
    const last = { ...STOP, groundingMetadata: { webSearchQueries: ['tea', 'old tea'] } };
    const searchesOf = (modelVersion: string): unknown =>
      read({ ...chunk([], last), modelVersion, usageMetadata: { promptTokenCount: 1 } }).at(-1);
    const counted = (uses: number): object => ({ usage: { details: { serverTools: { web_search: uses } } } });
    expect(searchesOf('gemini-2.5-flash')).toMatchObject(counted(1));
    expect(searchesOf('gemini-3-flash-preview')).toMatchObject(counted(2));
  });

  it('stores a separate signature', () => {
    const signaturePart = { thoughtSignature: 's' };
    expect(parts(read(chunk([signaturePart, { text: 'x' }], STOP)))).toEqual([
      { type: 'reasoning', text: '', ...replayOf({ part: signaturePart }) },
      { type: 'text', text: 'x' },
    ]);
  });

  describe('partial arguments', () => {
    const call = (functionCall: object): object => chunk([{ functionCall }]);
    const callStart = { id: 'c', name: 'book', willContinue: true };
    const city = (stringValue: string, more: boolean): object => ({
      partialArgs: [{ jsonPath: '$.city', stringValue, willContinue: more }],
      willContinue: true,
    });

    it('are assembled', () => {
      const nights = { partialArgs: [{ jsonPath: '$.nights[0]', numberValue: 2 }], willContinue: true };
      const other = { functionCall: { id: 'd', name: 'pay', args: { a: 1 } } };
      const events = read(
        chunk([{ functionCall: callStart, thoughtSignature: 's' }]),
        call(city('Be', true)),
        call(city('rn', false)),
        call(nights),
        call({}),
        chunk([other], STOP),
      );
      expect(parts(events)).toEqual([
        { type: 'tool-call', id: 'c', name: 'book', args: { city: 'Bern', nights: [2] }, ...replayOf('s') },
        { type: 'tool-call', id: 'd', name: 'pay', args: { a: 1 } },
      ]);
      expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' });
    });

    it.each<[string, readonly object[]]>([
      ['the limit', [chunk([{ text: '' }], { finishReason: 'MAX_TOKENS' })]],
      ['a finish', [chunk([], STOP)]],
      ['a string', [chunk([{ text: 'Oh' }], STOP)]],
      ['another call', [call({ id: 'd', name: 'pay', args: {} }), chunk([], STOP)]],
    ])('are unfinished if %s ends them', (_what, rest) => {
      const [first] = parts(read(call(callStart), call(city('Be', true)), ...rest));
      expect(first).toMatchObject({ name: 'book', args: {}, invalid: { raw: '{"city":"Be"}' } });
    });

    it.each([
      ['without a call', [call({ partialArgs: [{ jsonPath: '$.a', boolValue: true }] })]],
      [
        'at an unknown path',
        [call(callStart), call({ partialArgs: [{ jsonPath: '$..a', boolValue: true }] })],
      ],
      ['of an invalid type', [call(callStart), call({ partialArgs: ['x'] })]],
    ])('are rejected %s', (_what, chunks) => {
      expect(() => read(...chunks)).toThrow(failing('protocol'));
    });
  });

  it('merges the last token counts with earlier ones', () => {
    const first = { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 } };
    const last = {
      usageMetadata: {
        promptTokenCount: 10,
        thoughtsTokenCount: 7,
        cachedContentTokenCount: 4,
        toolUsePromptTokenCount: 3,
      },
    };
    const events = read({ ...chunk([{ text: 'x' }], STOP), ...first }, { ...chunk([]), ...last });
    expect(events.at(-1)).toMatchObject({ usage: { input: 13, output: 12, cacheRead: 4, reasoning: 7 } });
  });

  it.each([
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content-filter'],
    ['MALFORMED_FUNCTION_CALL', 'other'],
    ['A_NEW_ONE', 'other'],
    ['constructor', 'other'],
  ])('%s after content is %s', (raw, reason) => {
    expect(read(chunk([{ text: 'x' }], { finishReason: raw })).at(-1)).toMatchObject({ reason, raw });
  });

  it('is truncated without a finish reason', () => {
    expect(() => read(chunk([{ text: 'x' }]))).toThrow(failing('truncated'));
  });

  it('reports a block before content as content-filter', () => {
    const prompt = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } };
    expect(() => read(prompt)).toThrow(failing('content-filter', { code: 'PROHIBITED_CONTENT' }));
    expect(() => read(chunk([], { finishReason: 'SAFETY' }))).toThrow(
      failing('content-filter', { code: 'SAFETY' }),
    );
  });

  it('classifies an error inside a stream like an HTTP error', () => {
    const error = { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' };
    expect(() => read(chunk([{ text: 'x' }]), { error })).toThrow(
      failing('overloaded', { code: 'UNAVAILABLE' }),
    );
  });
});

describe('a complete response', () => {
  it('is read without a finish reason, or as a list of chunks', () => {
    expect(readWhole({ candidates: [{ content: { parts: [{ text: 'x' }] } }] }).at(-1)).toMatchObject({
      reason: 'other',
      raw: undefined,
    });
    expect(parts(readWhole([chunk([{ text: 'a' }]), chunk([{ text: 'b' }], STOP)]))).toEqual([
      { type: 'text', text: 'ab' },
    ]);
  });

  it.each([
    [{}, 'candidates'],
    [{ candidates: 'x' }, 'candidates'],
    [7, ''],
    [{ candidates: [{ content: { parts: 'x' } }] }, 'candidates[0].content.parts'],
    [{ candidates: [{ content: { parts: [{ text: 7 }] } }] }, 'candidates[0].content.parts[0].text'],
    [
      { candidates: [{ content: { parts: [{ functionCall: {} }] } }] },
      'candidates[0].content.parts[0].functionCall.name',
    ],
  ])('rejects %j as protocol with the path', (body, path) => {
    expect(() => readWhole(body)).toThrow(failing('protocol', { path }));
  });
});

it('reads log probabilities', () => {
  const logprobsResult = {
    chosenCandidates: [{ token: 'Hi', logProbability: -0.1 }],
    topCandidates: [{ candidates: [{ token: 'Hi', logProbability: -0.1 }] }],
  };
  const events = read(chunk([{ text: 'Hi' }], { ...STOP, logprobsResult }));
  expect(events.at(-1)).toMatchObject({
    logprobs: [{ token: 'Hi', logprob: -0.1, top: [{ token: 'Hi', logprob: -0.1 }] }],
  });
});

it('accepts null for missing members', () => {
  const events = read(chunk([{ functionCall: { id: null, name: 'f', args: null } }], STOP));
  expect(parts(events)).toEqual([
    { type: 'tool-call', id: expect.stringMatching(/^call_/), name: 'f', args: {} },
  ]);
});

describe('members of a part that no type names', () => {
  const call = { functionCall: { name: 'f', args: {} }, newMember: 1 };

  it('are kept in the replay data of a call, next to its signature', () => {
    expect(parts(read(chunk([{ ...call, thoughtSignature: 's' }], STOP)))).toMatchObject([
      replayOf({ signature: 's', members: { newMember: 1 } }),
    ]);
    expect(parts(read(chunk([call], STOP)))).toMatchObject([replayOf({ members: { newMember: 1 } })]);
  });

  it('do not split a text', () => {
    const events = read(chunk([{ text: 'a', newMember: 1 }]), chunk([{ text: 'b', newMember: 2 }], STOP));
    expect(parts(events)).toEqual([{ type: 'text', text: 'ab' }]);
  });
});
