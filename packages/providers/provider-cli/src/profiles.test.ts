import { LlmError } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { collect, type Collected } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { CliFailure } from './errors.ts';
import type { JsonLine } from './output-reader.ts';
import { CLIS, type CliName } from './profiles.ts';

/** Returns the events for these lines, or the error. */
const read = (cli: CliName, ...lines: readonly JsonLine[]): Promise<Collected> => {
  const writer = new EventWriter('t/m', { collects: true });
  const fail = ({ message, status }: CliFailure): LlmError => new LlmError('server', message, { status });
  const reader = CLIS[cli].reader({ writer, fail });
  const model = {
    id: 'm',
    families: [],
    capabilities: {},
    async *stream() {
      for (const line of lines) {
        try {
          reader.readMessage(line);
        } finally {
          yield writer.take();
        }
      }
    },
  };
  const request = { messages: [], tools: [], output: undefined, extra: {} };
  return collect(model, request, {
    target: 't/m',
    delivery: 'deltas',
    signal: new AbortController().signal,
    env: {},
  });
};

const partsOf = ({ parts }: Collected): object[] =>
  parts.map((part) => [part.type, 'text' in part ? part.text : '']);

describe('claude', () => {
  const event = (value: object, more: object = {}): JsonLine => ({
    type: 'stream_event',
    event: value,
    ...more,
  });
  const delta = (index: number, value: object): JsonLine =>
    event({ type: 'content_block_delta', index, delta: value });
  const result = { type: 'result', subtype: 'success', result: 'Bye.', stop_reason: 'end_turn' };

  it('emits deltas once, thoughts separately, and nothing of subagents', async () => {
    const collected = await read(
      'claude',
      event({ type: 'message_start', message: { id: 'm1' } }),
      delta(0, { type: 'thinking_delta', thinking: 'Hm.' }),
      delta(1, { type: 'text_delta', text: 'Let me ' }),
      delta(1, { type: 'text_delta', text: 'see. ' }),
      { type: 'assistant', message: { id: 'm1', content: [{ type: 'text', text: 'Let me see. ' }] } },
      {
        type: 'assistant',
        parent_tool_use_id: 't1',
        message: { id: 'm9', content: [{ type: 'text', text: 'helper' }] },
      },
      { type: 'user', message: { content: [{ type: 'tool_result' }] } },
      { type: 'assistant', message: { id: 'm2', content: [{ type: 'text', text: 'Bye.' }] } },
      result,
    );
    expect(partsOf(collected)).toEqual([
      ['reasoning', 'Hm.'],
      ['text', 'Let me see. '],
      ['text', 'Bye.'],
    ]);
    expect(collected.finish).toBe('stop');
  });

  it('reads the text of the result without messages', async () => {
    expect((await read('claude', result)).text).toBe('Bye.');
  });

  it.each([
    [{ result: 'API Error: 529', api_error_status: 529 }, 'API Error: 529', 529],
    [{ subtype: 'error_max_turns', result: undefined }, 'error_max_turns', undefined],
    [{ result: '', errors: ['one', 'two'] }, 'one; two', undefined],
  ])('reports the failure: %j', async (more, message, status) => {
    const { error } = await read('claude', { ...result, is_error: true, ...more });
    expect([error?.message, error?.details.status]).toEqual([message, status]);
  });

  it.each([
    ['max_tokens', 'length'],
    ['refusal', 'refusal'],
    ['new_word', 'other'],
  ])('that stops with %s finishes with %s', async (raw, reason) => {
    expect(await read('claude', { ...result, stop_reason: raw })).toMatchObject({
      finish: reason,
      rawFinish: raw,
    });
  });
});

describe('gemini', () => {
  it('includes thoughts in the output and ignores warnings', async () => {
    const { text, usage } = await read(
      'gemini',
      { type: 'init', session_id: 's' },
      { type: 'message', role: 'user', content: 'hi' },
      { type: 'message', role: 'assistant', content: 'Hel', delta: true },
      { type: 'error', severity: 'warning', message: 'slow' },
      { type: 'tool_use', tool_name: 'read_file' },
      { type: 'message', role: 'assistant', content: 'lo', delta: true },
      {
        type: 'result',
        status: 'success',
        stats: { total_tokens: 30, input_tokens: 10, output_tokens: 5, cached: 4 },
      },
    );
    expect([text, usage]).toMatchObject(['Hello', { input: 10, output: 20, cacheRead: 4 }]);
  });

  it.each([
    { type: 'error', severity: 'error', message: 'Loop detected' },
    { type: 'result', status: 'error', error: { type: 'X', message: 'Loop detected' } },
  ])('fails with its message: %j', async (line) => {
    expect((await read('gemini', line)).error?.message).toBe('Loop detected');
  });
});

describe('opencode', () => {
  const finish = (reason: string, tokens: object, cost: number): JsonLine => ({
    type: 'step_finish',
    part: { reason, tokens, cost },
  });

  it('continues after tool steps and sums their usage', async () => {
    const { parts, usage } = await read(
      'opencode',
      { type: 'step_start', sessionID: 's' },
      { type: 'text', part: { text: 'Let me see.' } },
      finish(
        'tool-calls',
        { total: 20, input: 8, output: 4, reasoning: 2, cache: { read: 4, write: 2 } },
        0.001,
      ),
      { type: 'reasoning', part: { text: 'Hm.' } },
      { type: 'text', part: { text: 'Bye.' } },
      finish('stop', { input: 10, output: 3, reasoning: 1, cache: { read: 0, write: 0 } }, 0.002),
    );
    expect(parts.map(({ type }) => type)).toEqual(['text', 'reasoning', 'text']);
    expect(usage).toMatchObject({ input: 24, output: 10, cacheRead: 4, cacheWrite: 2, reasoning: 3 });
    expect(usage?.details?.reportedNanoUsd).toBe('3000000');
  });

  it('fails with the name and the message of its error', async () => {
    const error = { name: 'ProviderAuthError', data: { message: 'no key', statusCode: 401 } };
    const { error: thrown } = await read('opencode', { type: 'error', error });
    expect([thrown?.message, thrown?.details.status]).toEqual(['ProviderAuthError: no key', 401]);
  });
});

describe('codex', () => {
  it('emits messages and thoughts, not tools', async () => {
    const { parts, usage, finish } = await read(
      'codex',
      { type: 'thread.started', thread_id: 't' },
      { type: 'item.completed', item: { id: 'i0', type: 'reasoning', text: 'Hm.' } },
      { type: 'item.completed', item: { id: 'i1', type: 'command_execution', text: 'ls' } },
      { type: 'error', message: 'Reconnecting... 1/5' },
      { type: 'item.completed', item: { id: 'i2', type: 'agent_message', text: 'Bye.' } },
      {
        type: 'turn.completed',
        usage: { input_tokens: 9, cached_input_tokens: 3, output_tokens: 4, reasoning_output_tokens: 2 },
      },
    );
    expect(parts).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Bye.' },
    ]);
    expect(usage).toMatchObject({ input: 9, cacheRead: 3, cacheWrite: undefined, output: 4, reasoning: 2 });
    expect(finish).toBe('stop');
  });

  it('fails with its turn', async () => {
    const { error } = await read('codex', { type: 'turn.failed', error: { message: 'usage limit' } });
    expect(error?.message).toBe('usage limit');
  });
});
