import type { ChatResponse, StreamEvent, Usage } from '@majordomo/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Refusal } from '../errors/refusal.ts';
import { chatCompletion, FINISH } from './response.ts';
import { chatFailure, responsesFailure } from './failure.ts';
import { ChatWriter, StreamedCompletion } from './stream.ts';

const NOW = 1_700_000_000_900;

afterEach(() => {
  vi.restoreAllMocks();
});

const ID = expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/) as string;
const REPLAY = { family: 'claude', data: { signature: 'signed' } };
const PAGE = { url: 'https://a.test', title: 'A', start: 1, end: 3 };
const USAGE: Usage = { input: 10, output: 5, cacheRead: 4, cacheWrite: 2, reasoning: 3 };
const WIRE_USAGE = {
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
  completion_tokens_details: { reasoning_tokens: 3 },
};
const LOGPROBS = [{ token: 'é', logprob: -1, top: [{ token: 'e', logprob: -2 }] }];
const WIRE_LOGPROBS = {
  content: [
    {
      token: 'é',
      logprob: -1,
      bytes: [195, 169],
      top_logprobs: [{ token: 'e', logprob: -2, bytes: [101] }],
    },
  ],
  refusal: null,
};
const PARTS = [
  { type: 'reasoning', text: 'I ', replay: REPLAY },
  { type: 'reasoning', text: 'think' },
  { type: 'text', text: 'four' },
  { type: 'text', text: 'no', isRefusal: true },
  { type: 'text', text: 'page', citations: [PAGE, { title: 'a document' }, { url: 'https://b.test' }] },
];
const CALL = { type: 'tool-call', id: 'call-1', name: 'weather', args: { city: 'Rome' }, replay: REPLAY };
const citation = (url: string, title: string, start: number, end: number): object => ({
  type: 'url_citation',
  url_citation: { url, title, start_index: start, end_index: end },
});
const ANNOTATIONS = [
  citation('https://a.test', 'A', 5, 7),
  citation('https://b.test', 'https://b.test', 4, 8),
];

describe('a chat completion', () => {
  const write = (...responses: readonly object[]): Record<string, unknown> => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW);
    const empty = { parts: [], toolCalls: [], finish: 'stop' };
    return chatCompletion(
      responses.map((response) => ({ ...empty, ...response })) as unknown as ChatResponse[],
      'gpt',
    ) as Record<string, unknown>;
  };

  it('contains all parts, calls, log probabilities and the usage', () => {
    const response = {
      parts: PARTS,
      toolCalls: [CALL],
      logprobs: LOGPROBS,
      usage: USAGE,
      finish: 'tool-calls',
    };
    const message = {
      role: 'assistant',
      content: 'fourpage',
      refusal: 'no',
      reasoning_content: 'I think',
      annotations: ANNOTATIONS,
      reasoning_details: [{ type: 'reasoning.text', text: 'I ', signature: 'signed', index: 0 }],
      tool_calls: [
        {
          id: 'call-1',
          type: 'function',
          function: { name: 'weather', arguments: '{"city":"Rome"}' },
          extra_content: { majordomo: 'signed' },
        },
      ],
    };
    expect(write(response)).toEqual({
      id: ID,
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gpt',
      choices: [{ index: 0, message, logprobs: WIRE_LOGPROBS, finish_reason: 'tool_calls' }],
      usage: WIRE_USAGE,
      system_fingerprint: null,
    });
  });

  it('contains null for missing text, and no other members', () => {
    const { choices, usage } = write(
      {},
      { parts: [{ type: 'text', text: 'b' }], toolCalls: [{ ...CALL, replay: undefined }] },
    );
    const [first, second] = choices as { index: number; message: Record<string, unknown> }[];
    expect([first, usage]).toStrictEqual([
      {
        index: 0,
        message: { role: 'assistant', content: null, refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
      undefined,
    ]);
    expect(second).toMatchObject({ index: 1, message: { content: 'b', refusal: null } });
    expect(Object.keys((second?.message['tool_calls'] as object[])[0] ?? {})).toEqual([
      'id',
      'type',
      'function',
    ]);
  });

  it('sums the usage of the choices whose usage is known', () => {
    expect(write({ usage: USAGE }, {}, { usage: { input: 1, output: 2 } })['usage']).toEqual({
      ...WIRE_USAGE,
      prompt_tokens: 11,
      completion_tokens: 7,
      total_tokens: 18,
    });
    expect(write({ usage: {} }, { usage: {} })['usage']).toEqual({
      prompt_tokens: 0,
      completion_tokens: 0,
      total_tokens: 0,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
  });

  it('has a finish reason of the wire for each finish reason', () => {
    expect(FINISH).toEqual({
      stop: 'stop',
      length: 'length',
      'tool-calls': 'tool_calls',
      'content-filter': 'content_filter',
      refusal: 'content_filter',
      incomplete: 'stop',
      other: 'stop',
    });
  });
});

describe('a streamed chat completion', () => {
  const chunksOf = (text: string): Record<string, unknown>[] =>
    text
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .map((event) => JSON.parse(event.slice(6)) as Record<string, unknown>);
  const createWriters = (choices: number, includesUsage: boolean): ChatWriter[] => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW);
    const completion = new StreamedCompletion('gpt', { choices, includesUsage });
    return Array.from({ length: choices }, (_each, index) => new ChatWriter(completion, index));
  };
  const write = (writer: ChatWriter | undefined, ...events: readonly object[]): string =>
    events.map((event) => writer?.write(event as StreamEvent) ?? '').join('');
  const finish = { type: 'finish', reason: 'stop', usage: USAGE };
  const deltasOf = (text: string): unknown[] =>
    chunksOf(text).flatMap(({ choices }) => (choices as { delta: unknown }[]).map(({ delta }) => delta));

  it('has a role in the first delta, and the usage after all choices', () => {
    const [first, second] = createWriters(2, true);
    const head = {
      id: ID,
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'gpt',
      system_fingerprint: null,
    };
    const text = [
      write(first, { type: 'text-delta', index: 0, text: 'a' }, { type: 'text-delta', index: 0, text: 'b' }),
      write(second, { ...finish, reason: 'length', logprobs: LOGPROBS }),
      second?.end() ?? '',
      write(first, { type: 'finish', reason: 'stop' }),
    ].join('');
    const choice = (
      index: number,
      delta: object,
      finished: string | null = null,
      logprobs: object | null = null,
    ) => ({
      ...head,
      choices: [{ index, delta, logprobs, finish_reason: finished }],
      usage: null,
    });
    expect(chunksOf(text)).toEqual([
      choice(0, { role: 'assistant', content: 'a' }),
      choice(0, { content: 'b' }),
      choice(1, { role: 'assistant' }, 'length', WIRE_LOGPROBS),
      choice(0, {}, 'stop'),
    ]);
    expect(text).not.toContain('[DONE]');
    const end = first?.end() ?? '';
    expect(chunksOf(end)).toEqual([{ ...head, choices: [], usage: WIRE_USAGE }]);
    expect(end.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it.each([
    [false, USAGE],
    [true, undefined],
  ])('ends without usage (requested: %s)', (includesUsage, usage) => {
    const [writer] = createWriters(1, includesUsage);
    const [chunk] = chunksOf(write(writer, { ...finish, usage }));
    expect('usage' in (chunk ?? {})).toBe(includesUsage);
    expect(writer?.end()).toBe('data: [DONE]\n\n');
  });

  it('contains text, refusals, reasoning and annotations at their positions', () => {
    const [writer] = createWriters(1, false);
    const [signed, unsigned, text, refusal, page] = PARTS;
    const part = (index: number, content: (typeof PARTS)[number] | undefined): object[] => [
      { type: 'part-start', index, part: content },
      {
        type: content?.type === 'text' ? 'text-delta' : 'reasoning-delta',
        index,
        text: content?.text,
      },
      { type: 'part-end', index, part: content },
    ];
    const events = [
      { type: 'start' },
      ...part(0, unsigned),
      ...part(1, signed),
      ...part(2, text),
      ...part(3, refusal),
      ...part(4, page),
      ...['warning', 'reset', 'continued'].map((type) => ({ type })),
    ];
    expect(deltasOf(write(writer, ...events))).toEqual([
      { role: 'assistant', reasoning_content: 'think' },
      { reasoning_content: 'I ' },
      { reasoning_details: [{ type: 'reasoning.text', text: 'I ', signature: 'signed', index: 1 }] },
      { content: 'four' },
      { refusal: 'no' },
      { content: 'page' },
      { annotations: ANNOTATIONS },
    ]);
  });

  it('contains the calls with their positions, and the token of a call at its end', () => {
    const [writer] = createWriters(1, false);
    const secondCall = { ...CALL, id: 'call-2', replay: undefined };
    const text = write(
      writer,
      { type: 'part-start', index: 3, part: CALL },
      { type: 'part-start', index: 7, part: secondCall },
      { type: 'args-delta', index: 7, json: '{"city":' },
      { type: 'args-delta', index: 7, json: '' },
      { type: 'args-delta', index: 99, json: '{"city":' },
      { type: 'part-end', index: 3, part: CALL },
      { type: 'args-delta', index: 7, json: '"Rome"' },
      { type: 'part-end', index: 7, part: secondCall },
      { type: 'part-end', index: 99, part: secondCall },
      { type: 'part-end', index: 7, part: { type: 'vendor', kind: 'x' } },
    );
    const started = (index: number, id: string): object => ({
      tool_calls: [{ index, id, type: 'function', function: { name: 'weather', arguments: '' } }],
    });
    const args = (index: number, json: string, more: object = {}): object => ({
      tool_calls: [{ index, function: { arguments: json }, ...more }],
    });
    expect(deltasOf(text)).toEqual([
      { role: 'assistant', ...started(0, 'call-1') },
      started(1, 'call-2'),
      args(1, '{"city":'),
      args(0, '{"city":"Rome"}'),
      args(0, '', { extra_content: { majordomo: 'signed' } }),
      args(1, '"Rome"'),
      args(1, '}'),
    ]);
  });

  it('reports a failure in the form of a complete response', () => {
    const refusal = new Refusal('server', 'no');
    expect(chunksOf(createWriters(1, false)[0]?.fail(refusal) ?? '')).toEqual([chatFailure(refusal)]);
  });
});

describe('a failure of OpenAI’s wires', () => {
  it('about the maximum output length has the parameter name of the wire', () => {
    const refusal = new Refusal('over-limit', 'no', { path: 'max_tokens' });
    expect(chatFailure(refusal)).toMatchObject({ error: { param: 'max_tokens' } });
    expect(responsesFailure(refusal)).toMatchObject({ error: { param: 'max_output_tokens' } });
  });
});
