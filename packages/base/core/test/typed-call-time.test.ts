import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { user, type Majordomo, type ObjectSchema } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { manualClock, settled } from './support/manual-clock.ts';
import { world } from './support/world.ts';

const messages = [user('soup')];

/** Returns a schema with the given validate function. */
const schemaOf = (validate: ObjectSchema<unknown>['~standard']['validate']): ObjectSchema<unknown> => ({
  '~standard': {
    version: 1,
    vendor: 'own',
    validate,
    jsonSchema: { input: () => ({ type: 'object' }), output: () => ({ type: 'object' }) },
  },
});
const validSchema = schemaOf((value) => ({ value }));
const endless = schemaOf(() => new Promise(() => undefined));

/** Waits for the first request. The first typed call loads the code of typed calls. */
async function firstRequest(requestCounts: Map<string, number>): Promise<void> {
  while (requestCounts.size === 0) await settled();
  await settled();
}

/** Functions that run both kinds of typed calls to their end. */
const kinds = {
  generateObject: (majordomo: Majordomo, output: ObjectSchema<unknown>, options: object, spec = 'a/x') =>
    majordomo.model(spec).generateObject({ messages, output }, options),
  streamObject: (majordomo: Majordomo, output: ObjectSchema<unknown>, options: object, spec = 'a/x') =>
    majordomo.model(spec).streamObject({ messages, output }, options).response(),
};

describe.each(Object.entries(kinds))('%s', (_kind, call) => {
  it('ends after `totalMs`, all rounds and targets included', async () => {
    const slow = { text: 'no JSON', waitMs: 180 };
    const { majordomo, clock, requestCounts } = world({ 'a/x': [slow], 'b/x': [slow] });
    const began = clock.now();
    let endedMs = 0;
    const failed = failure(call(majordomo, validSchema, { timeouts: { totalMs: 200 } }, 'a/x,b/x')).finally(
      () => {
        endedMs = clock.now() - began;
      },
    );
    await firstRequest(requestCounts);
    await clock.advance(1000);
    const { kind, message, details } = await failed;
    expect([kind, message, details.phase]).toEqual([
      'timeout',
      'the call did not finish within 200 ms; raise totalMs',
      'total',
    ]);
    expect([requestCounts.get('a/x'), requestCounts.has('b/x'), details.attempts.length]).toEqual([
      2,
      false,
      2,
    ]);
    expect([clock.pending(), endedMs]).toEqual([0, 200]);
  });

  it('applies the other timeouts of the call', async () => {
    const { majordomo, clock, requestCounts } = world({ 'a/x': [{ stall: true }] });
    const timeouts = { totalMs: 200, firstContentMs: 50 };
    const failed = failure(call(majordomo, validSchema, { timeouts, attempts: 1 }));
    await firstRequest(requestCounts);
    await clock.advance(200);
    expect((await failed).details.phase).toBe('first-content');
  });

  it('ends after the `totalMs` of its majordomo', async () => {
    const slow = { text: 'no JSON', waitMs: 180 };
    const { majordomo, clock, requestCounts } = world(
      { 'a/x': [slow] },
      { chain: { timeouts: { totalMs: 200 } } },
    );
    const failed = failure(call(majordomo, validSchema, {}));
    await firstRequest(requestCounts);
    await clock.advance(1000);
    expect((await failed).message).toBe('the call did not finish within 200 ms; raise totalMs');
  });

  it('does not wait for a schema that never resolves, after `totalMs`', async () => {
    const { majordomo, clock, requestCounts } = world({ 'a/x': ['{}'] });
    const failed = failure(call(majordomo, endless, { timeouts: { totalMs: 200 } }));
    await firstRequest(requestCounts);
    await clock.advance(200);
    const { kind, details } = await failed;
    expect([kind, details.phase, details.attempts.length, details.partial?.text]).toEqual([
      'timeout',
      'total',
      1,
      '{}',
    ]);
  });

  it.each([200, 300])('starts no other round if a schema blocks for %i of 200 ms', async (blockedMs) => {
    const clock = manualClock();
    let lateMs = 0;
    const blocking = schemaOf(() => {
      lateMs = blockedMs;
      return { issues: [{ message: 'does not fit' }] };
    });
    const lateClock = { ...clock, now: () => clock.now() + lateMs };
    const { majordomo, requestCounts } = world({ 'a/x': ['{}'] }, { clock: lateClock });
    const { details } = await failure(call(majordomo, blocking, { timeouts: { totalMs: 200 } }));
    expect([details.phase, requestCounts.get('a/x')]).toEqual(['total', 1]);
  });

  it('does not wait for a schema that never resolves, after an abort', async () => {
    const controller = new AbortController();
    const { majordomo, requestCounts } = world({ 'a/x': ['{}'] });
    const failed = failure(call(majordomo, endless, { signal: controller.signal }));
    await firstRequest(requestCounts);
    controller.abort('enough');
    const { kind, cause, details } = await failed;
    expect([kind, cause, details.attempts.length]).toEqual(['aborted', 'enough', 1]);
  });

  it('leaves no timer and no listener', async () => {
    const { signal } = new AbortController();
    const { majordomo, clock } = world({ 'a/x': ['{}'] });
    await call(majordomo, validSchema, { signal, timeouts: { totalMs: 200 } });
    expect([clock.pending(), getEventListeners(signal, 'abort')]).toEqual([0, []]);
  });

  const circular: Record<string, unknown> = { type: 'array' };
  circular['items'] = circular;
  it.each<[string, unknown, string]>([
    ['null', null, 'output must be a JSON Schema, or a Standard Schema that can be converted to one'],
    [
      'nothing',
      undefined,
      'output is missing; pass a JSON Schema, or a Standard Schema such as a schema of zod',
    ],
    ['true', true, 'output must be a JSON Schema, or a Standard Schema that can be converted to one'],
    ['an array', [], 'output must be a JSON Schema, or a Standard Schema that can be converted to one'],
    [
      'a schema that contains itself',
      circular,
      'output is nested more than 500 levels deep, or contains itself; use $ref for recursion',
    ],
  ])('rejects %s as a schema before any request', async (_what, output, message) => {
    const { majordomo, requestCounts } = world({ 'a/x': ['{}'] });
    const error = await failure(call(majordomo, output as never, {}));
    expect([error.kind, error.message, requestCounts.size]).toEqual(['invalid-request', message, 0]);
  });

  it.each([
    ['const', { const: 1 }],
    ['enum', { enum: [1] }],
    ['uniqueItems', { uniqueItems: true }],
  ])('rejects an answer with 20,000 levels, by %s', async (_keyword, a) => {
    const text = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const { majordomo } = world({ 'a/x': [text] });
    const output = { type: 'object', properties: { a } } as never;
    const error = await failure(call(majordomo, output, { repairs: 0 }));
    expect([error.kind, error.details.issues?.[0]?.message]).toEqual([
      'invalid-output',
      'the answer is nested more than 500 levels deep',
    ]);
  });
});

describe('abandoning a stream of snapshots', () => {
  const startSilentStream = () => {
    let closed = false;
    const setup = world({ 'a/x': [{ stall: true, onClose: () => (closed = true) }] });
    const stream = setup.majordomo.model('a/x').streamObject({ messages, output: validSchema });
    return { ...setup, stream, iterator: stream[Symbol.asyncIterator](), isClosed: () => closed };
  };

  it('during a pending read closes the call at once', async () => {
    const { stream, iterator, isClosed, events, requestCounts } = startSilentStream();
    const read = iterator.next();
    await firstRequest(requestCounts);
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await read).toEqual({ done: true, value: undefined });
    await settled();
    expect([isClosed(), events.at(-1)?.type]).toEqual([true, 'call-end']);
    expect((await failure(stream.response())).details.code).toBe('abandoned');
  });

  it('during the check of the value does not wait for the schema', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': ['{}'] });
    const stream = majordomo.model('a/x').streamObject({ messages, output: endless });
    const iterator = stream[Symbol.asyncIterator]();
    const read = (async (): Promise<void> => {
      while ((await iterator.next()).done !== true);
    })();
    await firstRequest(requestCounts);
    await iterator.return?.();
    await read;
    expect((await failure(stream.response())).details.code).toBe('abandoned');
  });

  it('twice, and reading again, returns the end', async () => {
    const { iterator } = startSilentStream();
    void iterator.next();
    await iterator.return?.();
    await iterator.return?.();
    expect([await iterator.next(), await iterator.next()]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('between two snapshots leaves no timer', async () => {
    const { majordomo, clock } = world({ 'a/x': [{ text: '{"a": "b c d', stall: true }] });
    const stream = majordomo
      .model('a/x')
      .streamObject({ messages, output: validSchema }, { timeouts: { totalMs: 200 } });
    for await (const _snapshot of stream) break;
    await settled();
    expect(clock.pending()).toBe(0);
  });
});
