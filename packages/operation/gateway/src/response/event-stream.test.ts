import { LlmError, type ChatStream, type StreamEvent, type Warning } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { ParsedRequest, Writer } from '../wire.ts';
import { eventStreamResponse } from './event-stream.ts';

const usage = undefined;
const warningOf = (what: string): Warning => ({ action: 'dropped', what, why: 'reason' });
const start = (target: string): StreamEvent => ({ type: 'start', target, id: 'r' });
const warn = (what: string): StreamEvent => ({ type: 'warning', warning: warningOf(what) });
const text = (delta: string): StreamEvent => ({ type: 'text-delta', index: 0, text: delta });
const reset: StreamEvent = { type: 'reset', target: 'a/x', error: new LlmError('server', 'cut') };
const search: StreamEvent = {
  type: 'part-end',
  index: 0,
  part: { type: 'vendor', kind: 'search', text: '', replay: { family: 'f', data: {} } },
};
const finish: StreamEvent = { type: 'finish', target: 'a/x', reason: 'stop', raw: 'stop', usage };

/** Returns a stream of events that ends with `error` if it is set. */
const streamOf = (events: readonly StreamEvent[], error?: LlmError): ChatStream =>
  ({
    async *[Symbol.asyncIterator]() {
      yield* events;
      if (error !== undefined) throw error;
    },
  }) as unknown as ChatStream;

/** Returns a function that responds with writers of text and finish events. Each writer has a number. */
function setUp(parsed: Partial<ParsedRequest> = {}) {
  const log: string[] = [];
  let writers = 0;
  const createWriter = (choice: number): Writer => {
    const name = `${choice}.${writers++}`;
    return {
      write: (event) =>
        event.type === 'text-delta'
          ? `${name}:${event.text} `
          : event.type === 'finish'
            ? `${name}:finish `
            : '',
      end: () => `${name}:end `,
      fail: ({ kind, message }) => `${name}:${kind}:${message} `,
    };
  };
  const respond = async (...streams: readonly ChatStream[]) => {
    const response = await eventStreamResponse(
      streams,
      { notes: [], createWriter, ...parsed } as unknown as ParsedRequest,
      {
        idleMs: 60_000,
        cut: undefined,
        leave: () => log.push('leave'),
        onEnd: () => log.push('end'),
        onError: (error) => log.push((error as Error).message),
        attempts: () => 2,
      },
    );
    return { headers: Object.fromEntries(response.headers), body: await response.text() };
  };
  return { log, respond };
}

const HEADERS = {
  'cache-control': 'no-cache, no-transform',
  'content-type': 'text/event-stream; charset=utf-8',
  'x-accel-buffering': 'no',
  'x-majordomo-attempts': '2',
  'x-majordomo-target': 'a/x',
};

describe('an event stream', () => {
  it('has the target, the attempts and the written strings', async () => {
    const { log, respond } = setUp();
    expect(await respond(streamOf([start('a/x'), text('one'), text('two'), finish]))).toEqual({
      headers: HEADERS,
      body: '0.0:one 0.0:two 0.0:finish 0.0:end ',
    });
    expect(log).toEqual(['end']);
  });

  it('has the warnings that precede its first string', async () => {
    const { respond } = setUp({ notes: [warningOf('note')] });
    const events = [start('a/x'), warn('first'), search, text('one'), warn('late'), finish];
    const { headers } = await respond(streamOf(events));
    expect(headers['x-majordomo-warnings']).toBe(
      'dropped note: reason; dropped first: reason; ' +
        'dropped search: this API does not support results of tools that the vendor ran',
    );
  });

  it('discards the warnings and the writer of an attempt that is reset before its first string', async () => {
    const { respond } = setUp();
    const events = [start('a/x'), warn('first'), search, reset, start('b/y'), warn('second'), text('one')];
    expect(await respond(streamOf(events))).toEqual({
      headers: {
        ...HEADERS,
        'x-majordomo-target': 'b/y',
        'x-majordomo-warnings': 'dropped second: reason',
      },
      body: '0.1:one 0.1:end ',
    });
  });

  it('without events of content consists of its end', async () => {
    const { respond } = setUp();
    expect(await respond(streamOf([warn('first')]))).toEqual({
      headers: {
        ...HEADERS,
        'x-majordomo-target': undefined,
        'x-majordomo-warnings': 'dropped first: reason',
      },
      body: '0.0:end ',
    });
  });

  it('rejects with an error that precedes its first string', async () => {
    const error = new LlmError('server', 'down');
    await expect(setUp().respond(streamOf([start('a/x')], error))).rejects.toBe(error);
  });

  it.each([
    ['an error', streamOf([start('a/x'), text('one')], new LlmError('network', 'cut')), 'network', 'cut'],
    ['a reset', streamOf([start('a/x'), text('one'), reset, text('two')]), 'server', 'cut'],
  ])('ends with a failure after %s', async (_, stream, kind, message) => {
    const { log, respond } = setUp();
    const { body } = await respond(stream);
    expect(body).toMatch(new RegExp(`^0\\.0:one 0\\.0:${kind}:the vendor .* $`));
    expect(log).toEqual(['leave', message, 'end']);
  });

  it('waits for `beforeFinish` before it writes the finish', async () => {
    const finishEvents: StreamEvent[] = [];
    const { respond } = setUp({
      beforeFinish: async (event) => {
        await Promise.resolve();
        finishEvents.push(event);
      },
    });
    const { body } = await respond(streamOf([text('one'), finish]));
    expect([body, finishEvents]).toEqual(['0.0:one 0.0:finish 0.0:end ', [finish]]);
  });

  it('of several choices has the strings and warnings of each, and the target of the first', async () => {
    const { respond } = setUp();
    const { headers, body } = await respond(
      streamOf([start('a/x'), warn('first'), text('one'), finish]),
      streamOf([start('b/y'), warn('second'), text('two'), finish]),
    );
    expect(headers).toEqual({
      ...HEADERS,
      'x-majordomo-warnings': 'dropped first: reason; dropped second: reason',
    });
    expect(body.trim().split(' ').toSorted()).toEqual(
      ['0.0:one', '0.0:finish', '0.0:end', '1.1:two', '1.1:finish', '1.1:end'].toSorted(),
    );
  });
});
