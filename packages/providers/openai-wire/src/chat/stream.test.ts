import { EventWriter } from '@majordomo/wire-kit';
import { describe, expect, it } from 'vitest';
import {
  delta,
  DONE,
  eventsOf,
  failureOf,
  FAMILY,
  part,
  reader,
  replay,
  stop,
  stream,
  readBody,
} from '../../test/reading.ts';
import { ChatReader } from './stream.ts';

describe('a stream', () => {
  it('reads parts, id, finish and later usage', () => {
    const { events, finish } = stream(
      delta({ role: 'assistant', content: '' }),
      delta({ content: 'Hi' }),
      delta({ content: '!' }),
      stop,
      { id: 'r1', choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } },
      DONE,
    );
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'part-start',
      'text-delta',
      'text-delta',
      'part-end',
      'finish',
    ]);
    expect(events[0]).toEqual({ type: 'start', target: 'p/m', id: 'r1' });
    expect(finish).toMatchObject({ reason: 'stop', raw: 'stop', usage: { input: 9, output: 2 } });
  });

  it('has no usage if none was sent', () => {
    expect(stream(delta({ content: 'a' }), stop, DONE).finish?.usage).toBeUndefined();
  });

  it.each([
    ['next to the choices', { ...stop, usage: { prompt_tokens: 9 } }],
    ['in the choice', { choices: [{ delta: {}, finish_reason: 'stop', usage: { prompt_tokens: 9 } }] }],
    ['in a vendor’s own member', { ...stop, x_vendor: { id: 'q', usage: { prompt_tokens: 9 } } }],
  ])('reads usage %s', (_where, last) => {
    expect(stream(delta({ content: 'a' }), last, DONE).finish?.usage?.input).toBe(9);
  });

  it('reports output and cost as unknown until a finish reason arrives', () => {
    const reported: unknown[] = [];
    const read = new ChatReader({
      writer: new EventWriter('p/m', { collects: true }),
      family: FAMILY,
      quirks: { reasoningTokens: 'inside' },
      reportUsage: ({ input, output, details }) => reported.push([input, output, details?.reportedNanoUsd]),
    });
    const used = { prompt_tokens: 9, completion_tokens: 2, cost: 0.001 };
    for (const chunk of [delta({ content: 'a' }), stop, { choices: [] }])
      read.readMessage(JSON.stringify({ ...chunk, usage: used }), undefined);
    expect(reported).toEqual([
      [9, undefined, undefined],
      [9, 2, '1000000'],
      [9, 2, '1000000'],
    ]);
  });

  it('uses the first id', () => {
    const { events } = stream(
      { id: '', choices: [], prompt_filter_results: [] },
      delta({ content: 'a' }),
      stop,
    );
    expect(events[0]).toMatchObject({ type: 'start', id: 'r1' });
  });

  it('requires a finish reason or an end marker', () => {
    expect(stream(delta({ content: 'a' }), stop).finish).toMatchObject({ reason: 'stop', raw: 'stop' });
    const withEndMarker = stream(delta({ content: 'a' }), DONE);
    expect(withEndMarker.finish).toMatchObject({ reason: 'other', raw: undefined });
    expect(withEndMarker.events.filter(({ type }) => type === 'warning')).toHaveLength(1);
    expect(failureOf(() => stream(delta({ content: 'a' })))).toMatchObject({ kind: 'truncated' });
    expect(failureOf(() => stream())).toMatchObject({ kind: 'truncated' });
  });

  it('continues after a finish reason that content follows', () => {
    const call = (index: number) =>
      delta({ tool_calls: [{ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } }] });
    const earlyFinish = { choices: [{ delta: {}, finish_reason: 'tool_calls' }] };
    const cut = failureOf(() => stream(call(0), earlyFinish, call(1)));
    expect(cut).toMatchObject({ kind: 'truncated' });
    expect(stream(call(0), earlyFinish, call(1), earlyFinish).finish).toMatchObject({ reason: 'tool-calls' });
    expect(stream(call(0), earlyFinish, call(1), DONE).finish).toMatchObject({ reason: 'tool-calls' });
  });

  it('ignores other choices with one warning', () => {
    const other = { choices: [{ index: 1, delta: { content: 'b' }, finish_reason: 'stop' }] };
    const { parts, events } = stream(delta({ content: 'a' }), other, other, stop, DONE);
    expect(parts).toEqual([{ type: 'text', text: 'a' }]);
    expect(events.filter(({ type }) => type === 'warning')).toHaveLength(1);
  });

  it('ignores a message that repeats the deltas', () => {
    const repeated = {
      choices: [{ index: 0, delta: { content: 'a' }, message: { content: 'a' }, finish_reason: null }],
    };
    expect(stream(repeated, repeated, stop).parts).toEqual([{ type: 'text', text: 'aa' }]);
  });

  it('ignores unknown chunks and members', () => {
    expect(
      stream({ type: 'ping' }, { choices: null }, { choices: [null] }, { choices: [{ index: 0 }] }, stop)
        .finish,
    ).toBeDefined();
  });

  it('emits the warnings of the request after the start', () => {
    const read = reader();
    read.writer.warning({ action: 'dropped', what: 'seed', why: 'w' });
    for (const message of [delta({ content: 'a' }), stop])
      read.readMessage(JSON.stringify(message), undefined);
    read.end();
    expect(
      eventsOf(read)
        .events.map(({ type }) => type)
        .slice(0, 3),
    ).toEqual(['start', 'warning', 'part-start']);
  });
});

describe('the end of a response', () => {
  it.each<[string, object, string]>([
    ['stop', {}, 'stop'],
    ['eos', {}, 'stop'],
    ['length', {}, 'length'],
    ['max_tokens', {}, 'length'],
    ['content_filter', {}, 'content-filter'],
    ['ran_dry', {}, 'other'],
    ['constructor', {}, 'other'],
    ['stop', { refusal: 'No.' }, 'refusal'],
    ['stop', { tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] }, 'tool-calls'],
    ['length', { tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] }, 'length'],
  ])('%s with %o is %s', (raw, members, reason) => {
    expect(stream(delta({ content: 'a' }), delta(members), delta({}, raw)).finish).toMatchObject({
      reason,
      raw,
    });
  });

  it('marks a refusal', () => {
    expect(stream(delta({ refusal: 'I ' }), delta({ refusal: 'cannot.' }), stop).parts).toEqual([
      { type: 'text', text: 'I cannot.', isRefusal: true },
    ]);
  });

  it('marks a refusal after a call, and writes it after the call', () => {
    const call = delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] });
    const { parts, finish } = stream(call, delta({ refusal: 'I ' }), delta({ refusal: 'cannot.' }), stop);
    expect(parts).toMatchObject([
      { type: 'tool-call', id: 'a' },
      { type: 'text', text: 'I cannot.', isRefusal: true },
    ]);
    expect(finish?.reason).toBe('refusal');
  });

  it('separates a refusal from the text before it', () => {
    expect(stream(delta({ content: 'Well, ' }), delta({ refusal: 'no.' }), stop).parts).toEqual([
      { type: 'text', text: 'Well, ' },
      { type: 'text', text: 'no.', isRefusal: true },
    ]);
  });

  it.each([
    ['content_filter', 'content-filter'],
    ['insufficient_system_resource', 'overloaded'],
    ['error', 'server'],
    ['abort', 'truncated'],
  ])('%s without content is the error %s', (raw, kind) => {
    expect(failureOf(() => stream(delta({}, raw), DONE))).toMatchObject({ kind, details: { code: raw } });
  });
});

describe('an error inside a 200', () => {
  it.each<[string, object, string]>([
    ['by its code', { error: { message: 'no', code: 'content_filter' } }, 'content-filter'],
    ['by the status that it names', { error: { message: 'no', code: 429 } }, 'rate-limit'],
    [
      'by the status next to the error',
      { error: { message: 'no', code: 'odd', status_code: 400 } },
      'invalid-request',
    ],
    [
      'by the error that a gateway wrapped',
      {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: '{"error":{"message":"prompt is too long: 9 tokens"}}' },
        },
      },
      'context-overflow',
    ],
    ['without a known cause', { error: 'oops' }, 'server'],
  ])('is classified %s', (_how, body, kind) => {
    expect(failureOf(() => stream(delta({ content: 'a' }), body))).toMatchObject({
      kind,
      details: { status: undefined },
    });
    expect(failureOf(() => readBody(body))).toMatchObject({ kind, details: { status: 200 } });
  });

  it('is recognized by the name of the event', () => {
    const read = reader();
    expect(
      failureOf(() => {
        read.readMessage('{"message":"no","code":"rate_limit_exceeded"}', 'error');
      }),
    ).toMatchObject({ kind: 'rate-limit' });
  });

  it('hides secrets', () => {
    const read = new ChatReader({
      writer: new EventWriter('p/m', { collects: true }),
      family: FAMILY,
      quirks: { reasoningTokens: 'inside' },
      secrets: () => ['hush-hush'],
    });
    const error = failureOf(() => {
      read.readBody({ error: { message: 'bad key hush-hush' } });
    });
    expect(JSON.stringify(error)).not.toContain('hush-hush');
  });

  it('is ignored if it is null', () => {
    expect(stream({ ...stop, error: null }).finish?.reason).toBe('stop');
  });
});

describe('a complete body', () => {
  const body = (message: object, finish: string | null = 'stop'): object => ({
    id: 'r1',
    choices: [{ index: 0, message, finish_reason: finish }],
  });

  it('results in the same parts as a stream', () => {
    const calls = [
      { id: 'a', index: 0, function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'b', index: 0, function: { name: 'g', arguments: '' } },
      { id: 'c', type: 'custom', custom: { name: 'h', input: '4 + 4' } },
    ];
    const { parts, finish, events } = readBody({
      ...body({ reasoning_content: 'hm', content: 'ok', tool_calls: calls }),
      usage: { prompt_tokens: 3 },
    });
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hm', replay },
      { type: 'text', text: 'ok' },
      part('a', 'f', { x: 1 }),
      part('b', 'g', {}),
      { ...part('c', 'h', {}), invalid: { raw: '4 + 4' } },
    ]);
    expect(finish).toMatchObject({ reason: 'tool-calls', raw: 'stop', usage: { input: 3 } });
    expect(events[0]).toMatchObject({ type: 'start', id: 'r1' });
  });

  it('may contain text in blocks', () => {
    expect(
      readBody(
        body({
          content: [
            { type: 'thinking', thinking: [{ text: 'hm' }] },
            { type: 'text', text: 'ok' },
            { type: 'new' },
          ],
        }),
      ).parts,
    ).toEqual([
      { type: 'reasoning', text: 'hm', replay },
      { type: 'text', text: 'ok' },
      { type: 'vendor', kind: 'new', replay: { family: FAMILY, data: { block: { type: 'new' } } } },
    ]);
  });

  it('warns about audio without data', () => {
    expect(
      readBody(body({ content: null, audio: { id: 'a' } })).events.filter(({ type }) => type === 'warning'),
    ).toHaveLength(1);
  });

  it('contains its audio, with the transcript as text', () => {
    const audio = { id: 'a', data: 'AQI=', transcript: 'Hi.', expires_at: 1 };
    expect(readBody(body({ content: null, audio })).parts).toEqual([
      { type: 'text', text: 'Hi.' },
      { type: 'audio', mediaType: 'audio/pcm', bytes: new Uint8Array([1, 2]) },
    ]);
  });

  it('contains its images', () => {
    const images = [{ type: 'image_url', image_url: { url: 'data:image/webp;base64,AQI=' } }];
    const image = { type: 'image', mediaType: 'image/webp', bytes: new Uint8Array([1, 2]) };
    expect(readBody(body({ content: 'Here:', images })).parts).toEqual([
      { type: 'text', text: 'Here:' },
      image,
    ]);
    expect(readBody(body({ content: images })).parts).toEqual([image]);
  });

  it('warns about an image at a URL, which is not fetched', () => {
    const images = [{ image_url: { url: 'https://a.example/i.png' } }];
    const { events, parts } = readBody(body({ content: 'x', images }));
    expect(parts).toEqual([{ type: 'text', text: 'x' }]);
    expect(events).toContainEqual({
      type: 'warning',
      warning: {
        action: 'dropped',
        what: 'image in the response',
        why: 'it is not a data URL, and URLs are not fetched',
      },
    });
  });

  it('is blocked without a message', () => {
    expect(
      failureOf(() => readBody({ choices: [{ index: 0, finish_reason: 'content_filter' }] })),
    ).toMatchObject({ kind: 'content-filter' });
  });

  it.each<[string, unknown, string]>([
    ['no object', 'hi', ''],
    ['no choices', { id: 'r1' }, 'choices'],
    ['an empty list of choices', { choices: [] }, 'choices[0]'],
    ['a choice without a message', { choices: [{ finish_reason: 'stop' }] }, 'choices[0].message'],
    ['a number for text', body({ content: 7 }), 'choices[0].message.content'],
    ['an object for calls', body({ tool_calls: {} }), 'choices[0].message.tool_calls'],
    [
      'a number for arguments',
      body({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: 7 } }] }),
      'choices[0].message.tool_calls[0].function.arguments',
    ],
  ])('names the path of an unexpected value: %s', (_what, json, path) => {
    expect(failureOf(() => readBody(json))).toMatchObject({ kind: 'protocol', details: { path } });
  });
});

it('rejects invalid JSON in a stream as protocol', () => {
  expect(failureOf(() => stream('{"choices": ['))).toMatchObject({ kind: 'protocol', details: { path: '' } });
});

describe('reasoning between tags in the text', () => {
  const read = (...messages: readonly object[]): unknown => {
    const reading = new ChatReader({
      writer: new EventWriter('p/m', { collects: true }),
      family: FAMILY,
      quirks: { reasoningTokens: 'inside', thinkTags: 'split' },
    });
    for (const message of messages) reading.readMessage(JSON.stringify(message), undefined);
    reading.end();
    return eventsOf(reading).parts;
  };

  it('becomes a reasoning part at any chunk boundaries, also before a call', () => {
    expect(
      read(
        delta({ content: '<thi' }),
        delta({ content: 'nk>hm</think>\n\nLet me see. <' }),
        delta(
          { tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] },
          'tool_calls',
        ),
      ),
    ).toEqual([
      { type: 'reasoning', text: 'hm', replay },
      { type: 'text', text: 'Let me see. <' },
      part('a', 'f', {}),
    ]);
  });
});

describe('finish reasons', () => {
  const finishReasonOf = (finish: string, ...chunks: object[]): unknown =>
    stream(...chunks, delta({}, finish)).finish?.reason;
  const text = delta({ content: 'So' });

  it('of Zhipu report a filter or a network error', () => {
    expect(finishReasonOf('sensitive', text)).toBe('content-filter');
    expect(failureOf(() => stream(delta({}, 'sensitive'))).kind).toBe('content-filter');
    expect(failureOf(() => stream(text, delta({}, 'network_error'))).kind).toBe('server');
    expect(finishReasonOf('model_context_window_exceeded', text)).toBe('length');
  });

  it('that report calls are ignored without calls', () => {
    expect(finishReasonOf('tool_calls', text)).toBe('stop');
  });
});

it('joins the fragments of audio and streams its transcript', () => {
  const { events, parts } = stream(
    delta({ audio: { id: 'a' } }),
    delta({ audio: { transcript: 'Hel' } }),
    delta({ audio: { transcript: 'lo', data: 'AQ==' } }),
    delta({ audio: { data: 'AgM=' } }),
    stop,
    DONE,
  );
  expect(events.filter(({ type }) => type === 'text-delta')).toHaveLength(2);
  expect(parts).toEqual([
    { type: 'text', text: 'Hello' },
    { type: 'audio', mediaType: 'audio/pcm', bytes: new Uint8Array([1, 2, 3]) },
  ]);
});

it('keeps content of an unknown type as a vendor part', () => {
  const { parts } = stream(
    delta({
      content: [
        { type: 'video', video: {} },
        { type: 'text', text: 'a' },
      ],
    }),
    stop,
  );
  const data = { block: { type: 'video', video: {} } };
  expect(parts).toEqual([
    { type: 'text', text: 'a' },
    { type: 'vendor', kind: 'video', replay: { family: FAMILY, data } },
  ]);
});

it('reads log probabilities of all chunks', () => {
  const tokenChunk = (token: string, topLogprobs: readonly object[] = []): object => ({
    choices: [
      {
        delta: { content: token },
        logprobs: { content: [{ token, logprob: -1, bytes: [], top_logprobs: topLogprobs }] },
      },
    ],
  });
  const { finish } = stream(tokenChunk('a', [{ token: 'b', logprob: -2 }]), tokenChunk('c'), stop, DONE);
  expect(finish?.logprobs).toEqual([
    { token: 'a', logprob: -1, top: [{ token: 'b', logprob: -2 }] },
    { token: 'c', logprob: -1, top: [] },
  ]);
  expect(stream(delta({ content: 'a' }), stop, DONE).finish).not.toHaveProperty('logprobs');
});

it('ignores null in lists', () => {
  const { events } = stream(
    delta({ content: [null, { type: 'text', text: 'a' }] }),
    delta({ tool_calls: [null, { index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] }),
    stop,
    DONE,
  );
  expect(events.filter(({ type }) => type === 'part-end')).toMatchObject([
    { part: { type: 'text', text: 'a' } },
    { part: { type: 'tool-call', id: 'c' } },
  ]);
});
