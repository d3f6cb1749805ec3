import { jsonSchema, LlmError, type ErrorDetails, type StreamEvent } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { describe, expect, it } from 'vitest';
import { hi, world } from './cache-fixture.ts';

type Reader = AsyncIterator<StreamEvent, undefined>;

/** Model that streams `one ` and then nothing. */
const silent = () => {
  let requests = 0;
  const step = (): Promise<void> => (requests++ === 0 ? Promise.resolve() : new Promise(() => undefined));
  return world(() => ({ pieces: ['one ', 'two'], step }));
};

async function toText(reader: Reader): Promise<void> {
  for (let next = await reader.next(); next.value?.type !== 'text-delta';) next = await reader.next();
}

async function detailsOf(answer: Promise<unknown>): Promise<ErrorDetails> {
  const error: unknown = await answer.catch((thrown: unknown) => thrown);
  if (!LlmError.is(error, 'aborted')) throw new Error(`expected an abort, got ${String(error)}`);
  return error.details;
}

const WAYS: readonly [string, (reader: Reader, stop: AbortController) => unknown][] = [
  ['return()', (reader) => reader.return?.()],
  ['throw()', (reader) => reader.throw?.(new Error('mine')).catch(() => undefined)],
  [
    'return() while a read is under way',
    (reader) => {
      void reader.next();
      return reader.return?.();
    },
  ],
  [
    'an abort',
    (_reader, stop) => {
      stop.abort();
    },
  ],
  [
    'an abort and return()',
    (reader, stop) => {
      stop.abort();
      return reader.return?.();
    },
  ],
];

describe.each(WAYS)('a cached stream that is left by %s', (_way, leave) => {
  it('has the attempts of its events, and the partial response', async () => {
    const { model, calls } = silent();
    const stop = new AbortController();
    const stream = model.stream(hi, { signal: stop.signal });
    const reader = stream[Symbol.asyncIterator]();
    await toText(reader);
    await leave(reader, stop);
    const { attempts, partial } = await detailsOf(stream.response());
    expect(partial).toMatchObject({ target: 'a/x', text: 'one ' });
    const end = calls.at(-1);
    expect(attempts).toHaveLength(1);
    expect(end?.type === 'call-end' && end.attempts).toEqual(attempts);
  });

  it('while another reader continues has its own partial response, and does not affect the other', async () => {
    const { model, calls, closed } = silent();
    const stop = new AbortController();
    const [one, other] = [model.stream(hi, { signal: stop.signal }), model.stream(hi)];
    const [reader, stays] = [one[Symbol.asyncIterator](), other[Symbol.asyncIterator]()];
    await Promise.all([toText(reader), toText(stays)]);
    await leave(reader, stop);
    const { attempts, partial } = await detailsOf(one.response());
    expect([attempts, partial?.target, partial?.text]).toEqual([[], 'a/x', 'one ']);
    expect([closed(), calls.some(({ type }) => type === 'call-end')]).toEqual([0, false]);
    await stays.return?.();
    expect((await detailsOf(other.response())).attempts).toHaveLength(1);
  });

  it('of a typed value has the attempts and the partial value', async () => {
    let requests = 0;
    const step = (): Promise<void> => (requests++ === 0 ? Promise.resolve() : new Promise(() => undefined));
    const { model } = world(() => ({ pieces: ['{"day":"x"', '}'], step }));
    const stop = new AbortController();
    const output = jsonSchema({ type: 'object', properties: { day: { type: 'string' } } });
    const stream = model.streamObject({ ...hi, output }, { signal: stop.signal });
    const reader = stream[Symbol.asyncIterator]() as unknown as Reader;
    await reader.next();
    await leave(reader, stop);
    const { attempts, partial } = await detailsOf(stream.response());
    expect([attempts.length, partial?.text]).toEqual([1, '{"day":"x"']);
  });
});

it('a cached stream that is left before its first read sends no request, and its response rejects', async () => {
  const { model, requests } = silent();
  const stream = model.stream(hi);
  await stream[Symbol.asyncIterator]().return?.();
  expect((await detailsOf(stream.response())).attempts).toEqual([]);
  expect(requests).toEqual([]);
});

it('a cached stream that is left while the store is read rejects', async () => {
  const records = { ...memoryRecords(), get: () => new Promise<undefined>(() => undefined) };
  const { model, requests } = world(() => ({ pieces: ['one'] }), { records });
  const stream = model.stream(hi);
  const reader = stream[Symbol.asyncIterator]();
  void reader.next();
  await reader.return?.();
  expect((await detailsOf(stream.response())).code).toBe('abandoned');
  expect(requests).toEqual([]);
});
