import type { ChatResponse, FinishReason, StreamEvent } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { anthropicMessage, hiddenData, messagesUsage, stopOf } from '../src/anthropic-messages/response.ts';
import { MessagesWriter } from '../src/anthropic-messages/stream.ts';

const claude = (data: Readonly<Record<string, string>>) => ({ family: 'claude', data });
const ID: unknown = expect.stringMatching(/^msg_./);
const NO_USAGE = {
  input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 0,
};

describe('the stop reason of Messages', () => {
  it.each<[FinishReason, string]>([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['tool-calls', 'tool_use'],
    ['content-filter', 'refusal'],
    ['refusal', 'refusal'],
    ['incomplete', 'pause_turn'],
    ['other', 'end_turn'],
  ])('of the finish reason %s is %s', (finish, reason) => {
    expect(stopOf(finish, finish, ['END'])).toEqual({ stop_reason: reason, stop_sequence: null });
  });

  it.each([
    [[], 'end_turn', null],
    [['END'], 'stop_sequence', 'END'],
    [['END', 'STOP'], 'stop_sequence', null],
  ])('of a stop sequence among %j is %s', (stops, stop_reason, stop_sequence) => {
    expect(stopOf('stop', 'stop_sequence', stops)).toEqual({ stop_reason, stop_sequence });
  });
});

describe('the usage of Messages', () => {
  it('excludes cached tokens from the input tokens', () => {
    const usage = { input: 9, output: 2, cacheRead: 4, cacheWrite: 3, reasoning: undefined };
    const formatted = { cache_creation_input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 2 };
    expect(messagesUsage(usage)).toEqual({ input_tokens: 2, ...formatted });
    expect(messagesUsage({ ...usage, input: 6 })).toEqual({ input_tokens: 0, ...formatted });
  });

  it('is 0 if it is unknown', () => {
    expect(messagesUsage(undefined)).toEqual(NO_USAGE);
  });
});

it.each([
  ['', claude({ redacted: 'opaque' }), 'opaque'],
  ['', { family: 'openai', data: { redacted: 'opaque' } }, expect.stringMatching(/^majordomo\.1\./)],
  ['', claude({ signature: 'signed' }), undefined],
  ['Hm.', claude({ redacted: 'opaque' }), undefined],
  ['', undefined, undefined],
])('the hidden data of reasoning "%s" with the token %o is %s', (text, replay, expected) => {
  expect(hiddenData({ type: 'reasoning', text, replay })).toEqual(expected);
});

it('a complete message has each part as a block', () => {
  const response: Pick<ChatResponse, 'parts' | 'finish' | 'usage' | 'rawFinish'> = {
    parts: [
      { type: 'reasoning', text: 'Hm.', replay: claude({ signature: 'signed' }) },
      { type: 'reasoning', text: 'Aha.' },
      { type: 'reasoning', text: '', replay: claude({ redacted: 'opaque' }) },
      { type: 'text', text: 'Tea.' },
      { type: 'tool-call', id: 'call_a', name: 'weather', args: { city: 'Oslo' } },
    ],
    finish: 'tool-calls',
    rawFinish: undefined,
    usage: undefined,
  };
  expect(anthropicMessage(response as ChatResponse, 'm', [])).toEqual({
    id: ID,
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'signed' },
      { type: 'thinking', thinking: 'Aha.', signature: '' },
      { type: 'redacted_thinking', data: 'opaque' },
      { type: 'text', text: 'Tea.' },
      { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Oslo' } },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: NO_USAGE,
  });
});

describe('MessagesWriter', () => {
  /** Writes the events, and returns the written data. Each event has the name of its data's type. */
  function written(events: readonly object[], stops: readonly string[] = []): readonly unknown[] {
    const writer = new MessagesWriter('m', stops);
    const text = events.map((event) => writer.write(event as StreamEvent)).join('') + writer.end();
    return text
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => {
        const [, name, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(event) ?? [];
        const value = JSON.parse(data) as { readonly type: string };
        expect(value.type).toBe(name);
        return value;
      });
  }
  const start = {
    type: 'message_start',
    message: {
      id: ID,
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: NO_USAGE,
    },
  };
  const finish = { type: 'finish', reason: 'stop', raw: undefined, usage: undefined };
  const end = [
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: NO_USAGE },
    { type: 'message_stop' },
  ];
  const blockStart = (index: number, content_block: object) => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const delta = (index: number, value: object) => ({ type: 'content_block_delta', index, delta: value });
  const stop = (index: number) => ({ type: 'content_block_stop', index });
  const thinking = { type: 'thinking', thinking: '', signature: '' };

  it('writes a message without parts', () => {
    expect(written([{ type: 'start' }, finish])).toEqual([start, ...end]);
  });

  it('writes the usage and the stop sequence at the end', () => {
    const usage = { input: 3, output: 2, cacheRead: 1, cacheWrite: 0, reasoning: undefined };
    const events = written([{ ...finish, raw: 'stop_sequence', usage }], ['END']);
    expect(events[1]).toEqual({
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
      usage: {
        input_tokens: 2,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 1,
        output_tokens: 2,
      },
    });
  });

  it('numbers blocks, and starts each thinking block once, also after other blocks', () => {
    const reasoning = { type: 'reasoning', text: '' };
    const signed = { type: 'reasoning', text: 'Hm. Aha.', replay: claude({ signature: 'signed' }) };
    const call = { type: 'tool-call', id: 'call_a', name: 'weather', args: { city: 'Oslo' } };
    expect(
      written([
        { type: 'part-start', index: 0, part: reasoning },
        { type: 'reasoning-delta', index: 0, text: 'Hm. ' },
        { type: 'reasoning-delta', index: 0, text: 'Aha.' },
        { type: 'part-end', index: 0, part: signed },
        { type: 'part-end', index: 1, part: { type: 'vendor' } },
        { type: 'part-start', index: 2, part: { type: 'text', text: '' } },
        { type: 'text-delta', index: 2, text: 'Tea.' },
        { type: 'part-end', index: 2, part: { type: 'text', text: 'Tea.' } },
        { type: 'part-start', index: 3, part: call },
        { type: 'part-end', index: 3, part: call },
        { type: 'part-start', index: 4, part: reasoning },
        { type: 'reasoning-delta', index: 4, text: 'Oslo.' },
        { type: 'part-end', index: 4, part: { ...reasoning, text: 'Oslo.' } },
        finish,
      ]),
    ).toEqual([
      start,
      blockStart(0, thinking),
      delta(0, { type: 'thinking_delta', thinking: 'Hm. ' }),
      delta(0, { type: 'thinking_delta', thinking: 'Aha.' }),
      delta(0, { type: 'signature_delta', signature: 'signed' }),
      stop(0),
      blockStart(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'Tea.' }),
      stop(1),
      blockStart(2, { type: 'tool_use', id: 'call_a', name: 'weather', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '{"city":"Oslo"}' }),
      stop(2),
      blockStart(3, thinking),
      delta(3, { type: 'thinking_delta', thinking: 'Oslo.' }),
      stop(3),
      ...end,
    ]);
  });

  it.each([
    ['no text and no token', { text: '' }, [blockStart(0, thinking)]],
    [
      'only a signature',
      { text: '', replay: claude({ signature: 'signed' }) },
      [blockStart(0, thinking), delta(0, { type: 'signature_delta', signature: 'signed' })],
    ],
    [
      'only hidden data',
      { text: '', replay: claude({ redacted: 'opaque' }) },
      [blockStart(0, { type: 'redacted_thinking', data: 'opaque' })],
    ],
  ])('writes reasoning with %s as one block', (_, members, block) => {
    const part = { type: 'reasoning', ...members };
    const events = [{ type: 'part-start', index: 0, part }, { type: 'part-end', index: 0, part }, finish];
    expect(written(events)).toEqual([start, ...block, stop(0), ...end]);
  });
});
