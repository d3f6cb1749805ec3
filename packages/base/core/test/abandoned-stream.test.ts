import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CallOptions, type LlmError, type StreamEvent } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { hi, world, type World } from './support/world.ts';

/** Stream with a response. */
interface Readable<Event> extends AsyncIterable<Event> {
  response(): Promise<unknown>;
}

type Leave = <Event>(
  stream: Readable<Event>,
  isTime: (event: Event) => boolean,
  stop: AbortController,
) => Promise<unknown>;

/** Functions that leave a stream after its first event. */
const EXITS: readonly [string, Leave][] = [
  [
    'break',
    async (stream, isTime) => {
      for await (const event of stream) if (isTime(event)) break;
    },
  ],
  [
    'an error thrown inside of the loop',
    async (stream, isTime) => {
      for await (const event of stream) if (isTime(event)) throw new Error('mine');
    },
  ],
  ['return()', async (stream, isTime) => (await read(stream, isTime)).return?.()],
  ['throw()', async (stream, isTime) => (await read(stream, isTime)).throw?.(new Error('mine'))],
  [
    'return() while a read is under way',
    async (stream, isTime) => {
      const reader = await read(stream, isTime);
      const pending = reader.next();
      await reader.return?.();
      await pending;
    },
  ],
  [
    'an abort',
    async (stream, isTime, stop) => {
      await read(stream, isTime);
      stop.abort();
    },
  ],
];

async function read<Event>(
  stream: AsyncIterable<Event>,
  isTime: (event: Event) => boolean,
): Promise<AsyncIterator<Event>> {
  const reader = stream[Symbol.asyncIterator]();
  for (let next = await reader.next(); next.done !== true && !isTime(next.value);) next = await reader.next();
  return reader;
}

const hasText = ({ type }: StreamEvent): boolean => type === 'text-delta';

/** Returns the outcome of `response()` after a break at the first text, and the attempts of the emitted `call-end`. */
async function leaveAtFirstText(
  { majordomo, events, clock }: World,
  leave: Leave,
  spec: string,
  options: CallOptions = {},
): Promise<{ readonly error: LlmError; readonly emitted: unknown }> {
  const stop = new AbortController();
  const stream = majordomo.model(spec).stream(hi, { ...options, signal: stop.signal });
  const leaving = leave(stream, hasText, stop).catch(() => undefined);
  await clock.advance(10_000);
  await leaving;
  const error = await failure(stream.response());
  const end = events.at(-1);
  return { error, emitted: end?.type === 'call-end' && end.attempts };
}

const summaryOf = ({ details: { attempts, partial } }: LlmError): unknown => [
  attempts.map(({ target }) => target),
  partial?.target,
  partial?.text,
];

describe.each(EXITS)('the response of a stream abandoned by %s', (_exit, leave) => {
  it('has the attempts that were emitted, and the partial response', async () => {
    const { error, emitted } = await leaveAtFirstText(
      world({ 'a/x': [{ text: 'one two', stall: true }] }),
      leave,
      'a/x',
    );
    expect(error.kind).toBe('aborted');
    expect(summaryOf(error)).toEqual([['a/x'], 'a/x', 'one two']);
    expect(error.details.attempts).toEqual(emitted);
  });

  it('has the attempts of targets that failed before', async () => {
    const all = world({ 'a/x': [{ fail: 'auth' }], 'b/y': [{ text: 'one', stall: true }] });
    const policy = { auth: { advance: true } };
    const { error, emitted } = await leaveAtFirstText(all, leave, 'a/x,b/y', { policy });
    expect(summaryOf(error)).toEqual([['a/x', 'b/y'], 'b/y', 'one']);
    expect(error.details.attempts).toEqual(emitted);
  });

  it('has both attempts of a race', async () => {
    const all = world({
      'a/x': [{ text: 'late', waitMs: 60_000 }],
      'b/y': [{ text: 'one', waitMs: 10, stall: true }],
    });
    const { error, emitted } = await leaveAtFirstText(all, leave, 'a/x,b/y', { hedgeAfterMs: 1000 });
    expect(summaryOf(error)).toEqual([['a/x', 'b/y'], 'b/y', 'one']);
    expect(error.details.attempts).toEqual(emitted);
  });

  it('has the attempts of every round of a typed value', async () => {
    const { majordomo } = world({ 'a/x': ['{"title":1}', { text: '{"title":"So', stall: true }] });
    const stop = new AbortController();
    const output = z.object({ title: z.string() });
    const stream = majordomo.model('a/x').streamObject({ ...hi, output }, { signal: stop.signal });
    const leaving = leave(stream, ({ title }) => title === 'So', stop).catch(() => undefined);
    await settled();
    await leaving;
    expect(summaryOf(await failure(stream.response()))).toEqual([['a/x', 'a/x'], 'a/x', '{"title":"So']);
  });
});

it('a stream abandoned before its first read has no attempt, and its response rejects', async () => {
  const { majordomo, events } = world({ 'a/x': ['one'] });
  const stream = majordomo.model('a/x').stream(hi);
  await stream[Symbol.asyncIterator]().return?.();
  expect(summaryOf(await failure(stream.response()))).toEqual([[], undefined, undefined]);
  expect(events).toEqual([]);
});

it('a typed call abandoned while its schema validates sends no other request', async () => {
  const { majordomo, requestCounts } = world({ 'a/x': ['{"title":1}'] });
  let release = (): void => undefined;
  const checked = new Promise<void>((resolve) => (release = resolve));
  let isChecking = false;
  const output = z.object({ title: z.number() }).refine(async () => {
    isChecking = true;
    await checked;
    return false;
  });
  const stream = majordomo.model('a/x').streamObject({ ...hi, output });
  const reader = stream[Symbol.asyncIterator]();
  await reader.next();
  const reading = reader.next();
  await settled();
  expect(isChecking).toBe(true);
  await reader.return?.();
  const abandonError = failure(stream.response());
  await settled();
  expect(summaryOf(await abandonError)).toEqual([['a/x'], 'a/x', '{"title":1}']);
  expect(await reading).toEqual({ done: true, value: undefined });
  release();
  await settled();
  expect(requestCounts.get('a/x')).toBe(1);
});

describe.each<readonly [when: string, atText: (abort: () => void) => void]>([
  [
    'in the body of the loop',
    (abort) => {
      abort();
    },
  ],
  ['while the loop waits for the next event', (abort) => void settled().then(abort)],
])('an abort by the signal %s', (_when, atText) => {
  it('rejects the loop and the response with the text that arrived', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'one two', stall: true }] });
    const stop = new AbortController();
    const stream = majordomo.model('a/x').stream(hi, { signal: stop.signal });
    const loop = async (): Promise<void> => {
      for await (const event of stream)
        if (hasText(event))
          atText(() => {
            stop.abort();
          });
    };
    const error = await failure(loop());
    expect([error.kind, error.details.partial?.text]).toEqual(['aborted', 'one two']);
    expect(await failure(stream.response())).toBe(error);
  });
});
