import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  LlmError,
  type Attempt,
  type AttemptInfo,
  type CallEvent,
  type Gate,
  type ModelContext,
} from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { usageOf } from './support/usage.ts';
import { scripted } from './support/scripted.ts';
import { hi, world, type World } from './support/world.ts';

const usage = usageOf({ input: 1, output: 2 });

/** Returns the emitted events of one type, without type and call. */
const eventsOf = ({ events }: World, type: CallEvent['type']): object[] =>
  events.flatMap((event) => {
    const { call: _call, type: its, ...rest } = event;
    return its === type ? [rest] : [];
  });

/** Reads until the attempt has ended, which leaves its last events unread. Gives up at the end of the stream. */
async function untilAttemptEnds(it: World, reader: AsyncIterator<unknown>): Promise<void> {
  while (eventsOf(it, 'attempt-end').length === 0 && (await reader.next()).done !== true);
}

const record = (target: string, facts: Partial<Attempt>): object => ({
  target,
  model: target.slice(2),
  error: undefined,
  usage: undefined,
  ms: 0,
  ...facts,
});

describe('an observer is notified of', () => {
  it('the caller and the targets', async () => {
    const it = world({ 'a/x': ['a'], 'b/y': ['b'] });
    await it.majordomo.model('a/x,b/y').generate(hi, { tenant: 't', metadata: { run: 1 } });
    expect(it.events[0]).toEqual({
      type: 'call-start',
      call: { id: expect.any(String), spec: 'a/x,b/y', operation: 'chat', tenant: 't', metadata: { run: 1 } },
      targets: ['a/x', 'b/y'],
    });
    expect(new Set(it.events.map(({ call }) => call)).size).toBe(1);
  });

  it('the time of an attempt to its first content and to its end', async () => {
    const it = world({ 'a/x': [{ text: 'a', waitMs: 70 }] });
    const stream = it.majordomo.model('a/x').stream(hi)[Symbol.asyncIterator]();
    const first = stream.next();
    await it.clock.advance(70);
    await first;
    await it.clock.advance(30);
    for (let next = await stream.next(); next.done !== true;) next = await stream.next();
    expect(eventsOf(it, 'attempt-start')).toEqual([{ target: 'a/x', attempt: 1 }]);
    expect(eventsOf(it, 'committed')).toEqual([{ target: 'a/x', msToFirst: 70 }]);
    const result = record('a/x', { outcome: 'finished', usage, ms: 100 });
    expect(eventsOf(it, 'attempt-end')).toEqual([{ attempt: 1, result }]);
  });

  it.each([
    ['has read to the end', undefined],
    ['leaves at the finish', 'finish'],
  ])('the end as the last event if the reader of a stream %s', async (_what, last) => {
    const it = world({ 'a/x': ['a'] });
    const order: string[] = [];
    const onEvent = ({ type }: CallEvent): unknown => order.push(type);
    for await (const { type } of it.majordomo.model('a/x').stream(hi, { onEvent })) {
      order.push(type);
      if (type === last) break;
    }
    expect(order.slice(-3)).toEqual(['part-end', 'finish', 'call-end']);
    expect(order.filter((type) => type === 'call-end')).toHaveLength(1);
  });

  it('the end once if the reader leaves again after it', async () => {
    const it = world({ 'a/x': ['a'] });
    const reader = it.majordomo.model('a/x').stream(hi)[Symbol.asyncIterator]();
    while ((await reader.next()).done !== true);
    await reader.return?.();
    await reader.return?.();
    expect(eventsOf(it, 'call-end')).toHaveLength(1);
  });

  it('the end if nothing is read after the finish', async () => {
    const it = world({ 'a/x': ['a'] });
    const stream = it.majordomo.model('a/x').stream(hi, { timeouts: { unreadMs: 50 } });
    const reader = stream[Symbol.asyncIterator]();
    for (let next = await reader.next(); next.value?.type !== 'finish';) next = await reader.next();
    expect(eventsOf(it, 'call-end')).toEqual([]);
    // The reader's time begins again with each read.
    await it.clock.advance(50);
    await it.clock.advance(50);
    expect(eventsOf(it, 'call-end')).toMatchObject([{ outcome: 'finished' }]);
  });

  it('the end once if the reader aborts after the attempt has finished, and does not read again', async () => {
    const it = world({ 'a/x': ['a'] });
    const stop = new AbortController();
    const stream = it.majordomo.model('a/x').stream(hi, { signal: stop.signal });
    const reader = stream[Symbol.asyncIterator]();
    await untilAttemptEnds(it, reader);
    expect(eventsOf(it, 'call-end')).toEqual([]);
    stop.abort();
    expect(eventsOf(it, 'call-end')).toMatchObject([{ outcome: 'finished' }]);
    await reader.return?.();
    expect(eventsOf(it, 'call-end')).toHaveLength(1);
  });

  it('the end if the call is aborted while its attempt is settled', async () => {
    const stop = new AbortController();
    const settle = async (): Promise<void> => {
      stop.abort();
      await Promise.resolve();
    };
    const it = world({ 'a/x': ['a'] }, { gates: [{ name: 'books', admit: () => ({ settle }) }] });
    const reader = it.majordomo.model('a/x').stream(hi, { signal: stop.signal })[Symbol.asyncIterator]();
    await untilAttemptEnds(it, reader);
    expect(eventsOf(it, 'call-end')).toMatchObject([{ outcome: 'finished' }]);
  });

  it('the end before an unread response resolves', async () => {
    const it = world({ 'a/x': ['a'] });
    const stream = it.majordomo.model('a/x').stream(hi);
    await stream.response();
    expect(eventsOf(it, 'call-end')).toMatchObject([{ outcome: 'finished' }]);
  });

  it('vendor and billing of an attempt, including skipped ones', async () => {
    const it = world({ 'a/x': ['a'] });
    const [first, second] = ['a', 'b'].map((id) => ({
      ...scripted(id, { 'a/x': [{ fail: 'not-found' }], 'b/x': ['b'] }, it.requestCounts, it.clock),
      vendor: 'acme',
      billing: 'included' as const,
    }));
    const providers = [first, second].filter((provider) => provider !== undefined);
    it.majordomo.health.bench('a/x', 9000);
    const { attempts } = await it.majordomo.with({ providers }).model('a/x,b/x').generate(hi);
    expect(attempts.map(({ vendor, billing }) => `${vendor} ${billing}`)).toEqual([
      'acme included',
      'acme included',
    ]);
  });

  it('vendor, billing, model and delivery of an attempt at its gates', async () => {
    const it = world({});
    const attempts: AttemptInfo[] = [];
    const provider = {
      ...scripted('a', { 'a/x/y': ['a', 'b'] }, it.requestCounts, it.clock),
      vendor: 'acme',
      billing: 'metered' as const,
    };
    const gate: Gate = { name: 'spy', admit: (attempt) => void attempts.push(attempt) };
    const model = it.majordomo.with({ providers: [provider], gates: [gate] }).model('a/x/y');
    await model.generate(hi);
    await model.stream(hi).response();
    expect(
      attempts.map(({ vendor, billing, model: id, delivery }) => [vendor, billing, id, delivery]),
    ).toEqual([
      ['acme', 'metered', 'x/y', 'deltas'],
      ['acme', 'metered', 'x/y', 'deltas'],
    ]);
  });

  it('a failure and the time of the retry', async () => {
    const it = world(
      { 'a/x': [{ fail: 'server', waitMs: 5 }, { fail: 'quota' }], 'b/y': ['b'] },
      { random: () => 0.5 },
    );
    const answer = it.majordomo.model('a/x,b/y').generate(hi);
    await it.clock.advance(100);
    const { attempts } = await answer;
    expect(eventsOf(it, 'attempt-failed')).toMatchObject([
      { target: 'a/x', attempt: 1, error: { kind: 'server' }, willRetryInMs: 50 },
      { target: 'a/x', attempt: 2, error: { kind: 'quota' }, willRetryInMs: undefined },
    ]);
    expect(attempts).toMatchObject([
      record('a/x', { outcome: 'failed', ms: 5, error: attempts[0]?.error }),
      record('a/x', { outcome: 'failed', ms: 0, error: attempts[1]?.error }),
      record('b/y', { outcome: 'finished', usage }),
    ]);
  });

  it('a recovery without a delay', async () => {
    const recover = { id: 'r', what: 'nothing', apply: (request: never) => request };
    const it = world({ 'a/x': [{ fail: 'invalid-request', details: { recover } }, 'ok'] });
    await it.majordomo.model('a/x').generate(hi);
    expect(eventsOf(it, 'attempt-failed')).toMatchObject([{ attempt: 1, willRetryInMs: 0 }]);
    expect(eventsOf(it, 'attempt-start')).toEqual([1, 2].map((attempt) => ({ target: 'a/x', attempt })));
  });

  it('a bench and its end', async () => {
    const it = world({ 'a/x': [{ fail: 'server' }], 'b/y': ['b'] });
    const until = it.clock.now() + 5000;
    await it.majordomo.model('a/x,b/y').generate(hi);
    expect(eventsOf(it, 'benched')).toEqual([{ target: 'a/x', until }]);
    await it.majordomo.model('a/x,b/y').generate(hi);
    expect(eventsOf(it, 'target-skipped')).toEqual([{ target: 'a/x', why: 'benched', until }]);
  });

  it('a probe, and the recovery at its first content', async () => {
    const it = world({ 'a/x': [{ fail: 'quota' }, { text: 'back', stall: true }] });
    await failure(it.majordomo.model('a/x').generate(hi));
    await it.clock.advance(5000);
    it.events.length = 0;
    const stream = it.majordomo.model('a/x').stream(hi)[Symbol.asyncIterator]();
    await stream.next();
    expect(it.kinds()).toEqual(['call-start', 'probed', 'attempt-start', 'committed', 'recovered']);
    expect(it.majordomo.health.snapshot()['a/x']?.state).toBe('healthy');
    expect([eventsOf(it, 'probed'), eventsOf(it, 'recovered')]).toEqual([
      [{ target: 'a/x', until: undefined }],
      [{ target: 'a/x', until: undefined }],
    ]);
    await stream.return?.();
  });

  it('manual changes, without a call', () => {
    const it = world({ 'a/x': ['a'] });
    it.majordomo.health.bench('a/x', 1000);
    it.majordomo.health.unbench('a/x');
    expect(it.events).toEqual([
      { type: 'benched', call: undefined, target: 'a/x', until: it.clock.now() + 1000 },
      { type: 'recovered', call: undefined, target: 'a/x', until: undefined },
    ]);
  });

  it('manual changes, which take place if the observer throws', () => {
    const onEvent = (): never => {
      throw new Error('the database is down');
    };
    const { health } = world({ 'a/x': ['a'] }, { onEvent }).majordomo;
    health.bench('a/x', 1000);
    expect(health.snapshot()['a/x']?.state).toBe('benched');
  });

  it('a target that cannot take the request', async () => {
    const it = world({ 'a/x': [{ text: 'a', capabilities: { tools: false } }], 'b/y': ['b'] });
    const tools = [{ name: 't', description: 't', parameters: { type: 'object' } }];
    const { attempts } = await it.majordomo.model('a/x,b/y').generate({ ...hi, tools });
    expect(eventsOf(it, 'target-skipped')).toEqual([{ target: 'a/x', why: 'unsupported', until: undefined }]);
    expect(attempts[0]).toEqual(record('a/x', { outcome: 'skipped', error: attempts[0]?.error }));
    expect(attempts[0]?.error?.kind).toBe('unsupported');
  });

  it('the skips before a wait, which the attempts do not repeat', async () => {
    const it = world({ 'a/x': ['a'] });
    it.majordomo.health.bench('a/x', 1000);
    const answer = it.majordomo.model('a/x').generate(hi, { whenAllBenched: 'wait' });
    await it.clock.advance(1000);
    expect(eventsOf(it, 'target-skipped')).toHaveLength(1);
    expect((await answer).attempts).toEqual([record('a/x', { outcome: 'finished', usage })]);
  });

  it('the end of a call with the complete response', async () => {
    const it = world({ 'a/x': ['a'] });
    const response = await it.majordomo.model('a/x').generate(hi);
    expect(eventsOf(it, 'call-end')).toEqual([
      { outcome: 'finished', response, error: undefined, attempts: response.attempts },
    ]);
  });

  it('the end of a call with an error, also before the targets are known', async () => {
    const it = world({ 'a/x': ['a'] });
    const error = await failure(it.majordomo.model('a/x').generate({ messages: [] }));
    expect(it.kinds()).toEqual(['call-start', 'call-end']);
    expect(eventsOf(it, 'call-start')).toEqual([{ targets: [] }]);
    expect(eventsOf(it, 'call-end')).toEqual([
      { outcome: 'failed', response: undefined, error, attempts: [] },
    ]);
  });
});

describe('the error of a call', () => {
  it('is thrown at once if no target can take the request, with every whenAllBenched', async () => {
    const tools = [{ name: 't', description: 't', parameters: { type: 'object' } }];
    const none = { capabilities: { tools: false } };
    for (const whenAllBenched of ['probe', 'wait', 'try-soonest'] as const) {
      const { majordomo, requestCounts } = world({ 'a/x': [none], 'b/y': [none] });
      const error = await failure(majordomo.model('a/x,b/y').generate({ ...hi, tools }, { whenAllBenched }));
      expect([error.details.attempts.map(({ outcome }) => outcome), requestCounts.size]).toEqual([
        ['skipped', 'skipped'],
        0,
      ]);
      expect(LlmError.is(error, 'unsupported')).toBe(true);
    }
  });

  it('has the partial response of the last failed attempt', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'one', fail: 'network' }], 'b/y': [{ fail: 'server' }] });
    const error = await failure(majordomo.model('a/x,b/y').generate(hi, { attempts: 1 }));
    expect(error.details.partial).toMatchObject({ target: 'a/x', text: 'one', id: 'r1' });
    expect(error.details.attempts[0]?.error?.details.partial?.text).toBe('one');
    expect(error.cause).toBe(error.details.attempts[1]?.error);
  });

  it('has no retryAfterMs while a probe is running', async () => {
    const { majordomo, clock } = world({ 'a/x': [{ fail: 'quota' }, { text: 'back', waitMs: 50 }] });
    await failure(majordomo.model('a/x').generate(hi));
    await clock.advance(5000);
    const probe = majordomo.model('a/x').generate(hi);
    await settled();
    const error = await failure(majordomo.model('a/x').generate(hi));
    expect([error.kind, error.details.retryAfterMs]).toEqual(['quota', 0]);
    await clock.advance(50);
    expect((await probe).text).toBe('back');
  });

  it('names its target, and keeps that of the provider', async () => {
    const { majordomo } = world({
      'a/x': [{ fail: 'auth', details: { target: undefined } }],
      'b/y': [{ fail: 'auth', details: { target: 'c/z' } }],
    });
    expect((await failure(majordomo.model('a/x').generate(hi))).details.target).toBe('a/x');
    expect((await failure(majordomo.model('b/y').generate(hi))).details.target).toBe('c/z');
  });

  it('names the target that does not support the request', async () => {
    const { majordomo } = world({ 'a/x': [{ capabilities: { output: false } }] });
    const request = { ...hi, output: 'json' } as const;
    const { kind, details } = await failure(majordomo.model('a/x').generate(request));
    expect([kind, details.target]).toEqual(['unsupported', 'a/x']);
    const policy = { unsupported: { advance: false } };
    const callError = await failure(majordomo.model('a/x').generate(request, { policy }));
    expect([callError.kind, callError.details.target]).toEqual(['unsupported', 'a/x']);
  });

  it('has the kind that the application’s classifier returns, and the provider’s error as its cause', async () => {
    const { majordomo } = world({ 'a/x': [{ fail: 'auth', details: { status: 401 } }] });
    const error = await failure(majordomo.model('a/x').generate(hi, { classify: () => 'billing' }));
    expect([error.kind, error.message, error.details.status]).toEqual(['billing', 'a/x reported auth', 401]);
    expect(error.cause).toMatchObject({ kind: 'auth' });
  });

  it('is the provider’s if the classifier agrees, returns undefined, throws, or returns a promise', async () => {
    const broken = (): never => {
      throw new Error('odd');
    };
    const asyncClassifier = (): never => Promise.resolve('billing') as never;
    for (const classify of [() => 'auth' as const, () => undefined, broken, asyncClassifier]) {
      const { majordomo } = world({ 'a/x': [{ fail: 'auth' }] });
      const error = await failure(majordomo.model('a/x').generate(hi, { classify }));
      expect([error.kind, error.cause]).toEqual(['auth', undefined]);
    }
  });

  it('is truncated with the target if a stream ends without a finish', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'half', cut: true }] });
    const error = await failure(majordomo.model('a/x').generate(hi, { attempts: 1 }));
    expect([error.kind, error.message, error.details.target]).toEqual([
      'truncated',
      'a/x ended the stream without a finish event; error.details.partial contains the content that arrived',
      'a/x',
    ]);
  });
});

describe('an abort', () => {
  const never: Gate = { name: 'never', admit: () => new Promise(() => undefined) };

  it('while a gate decides is not a denial and skips no target', async () => {
    const it = world({ 'a/x': ['a'] }, { gates: [never] });
    const controller = new AbortController();
    const answer = failure(it.majordomo.model('a/x').generate(hi, { signal: controller.signal }));
    await settled();
    controller.abort();
    expect((await answer).kind).toBe('aborted');
    expect(it.kinds()).toEqual(['call-start', 'call-end']);
    expect(eventsOf(it, 'call-end')).toMatchObject([{ outcome: 'failed', attempts: [] }]);
  });

  it('before the call calls no resolver', async () => {
    const names: string[] = [];
    const resolver = (name: string): string => {
      names.push(name);
      return 'a/x';
    };
    const { majordomo } = world({ 'a/x': ['a'] }, { resolvers: [resolver] });
    const error = await failure(majordomo.model('fast').generate(hi, { signal: AbortSignal.abort() }));
    expect([error.kind, names]).toEqual(['aborted', []]);
  });

  it('ends the attempt once, and the call once', async () => {
    const it = world({ 'a/x': [{ text: 'half', stall: true }], 'b/y': ['b'] });
    const controller = new AbortController();
    const answer = failure(it.majordomo.model('a/x,b/y').generate(hi, { signal: controller.signal }));
    await settled();
    controller.abort();
    const { details } = await answer;
    expect([details.target, details.partial?.text]).toEqual(['a/x', 'half']);
    expect(it.kinds().slice(2)).toEqual(['committed', 'attempt-failed', 'attempt-end', 'call-end']);
    expect(details.attempts).toMatchObject([
      { target: 'a/x', outcome: 'failed', error: { kind: 'aborted' } },
    ]);
  });

  it('just before a connection opens none', async () => {
    const controller = new AbortController();
    const it = world({ 'a/x': ['a'] });
    const onEvent = ({ type }: CallEvent): void => {
      if (type === 'attempt-start') controller.abort();
    };
    const options = { signal: controller.signal, onEvent };
    expect((await failure(it.majordomo.model('a/x').generate(hi, options))).kind).toBe('aborted');
    expect(it.requestCounts.size).toBe(0);
    expect(it.kinds().slice(2)).toEqual(['attempt-failed', 'attempt-end', 'call-end']);
  });

  it('between two targets starts no attempt', async () => {
    const controller = new AbortController();
    const it = world({ 'a/x': ['a'], 'b/y': ['b'] });
    it.majordomo.health.bench('a/x', 9000);
    const onEvent = ({ type }: CallEvent): void => {
      if (type === 'target-skipped') controller.abort();
    };
    const options = { signal: controller.signal, onEvent };
    expect((await failure(it.majordomo.model('a/x,b/y').generate(hi, options))).kind).toBe('aborted');
    expect(it.kinds().slice(1)).toEqual(['call-start', 'target-skipped', 'call-end']);
  });

  it('while permits are settled after the finish does not change the outcome', async () => {
    const pendingGate: Gate = {
      name: 'ledger',
      admit: () => ({ settle: () => new Promise(() => undefined) }),
    };
    const signals: AbortSignal[] = [];
    const script = (_request: unknown, { signal }: ModelContext): string => {
      signals.push(signal);
      return 'a';
    };
    const { majordomo } = world({ 'a/x': [script] }, { gates: [pendingGate] });
    const controller = new AbortController();
    const answer = majordomo.model('a/x').generate(hi, { signal: controller.signal });
    await settled();
    controller.abort();
    expect([(await answer).text, signals.map(({ aborted }) => aborted)]).toEqual(['a', [false]]);
  });

  it('leaves no listener on the caller’s signal, like a response or a failure', async () => {
    const { majordomo } = world({ 'a/x': ['a'], 'b/y': [{ fail: 'auth' }] });
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    const answer = majordomo.model('a/x').generate(hi, { signal });
    expect(listeners()).toBe(1);
    await answer;
    await failure(majordomo.model('b/y').generate(hi, { signal }));
    expect(listeners()).toBe(0);
  });
});

it('a benched target is neither prepared nor passed to gates', async () => {
  const eventTypes: string[] = [];
  const gate: Gate = { name: 'spy', admit: ({ target }) => void eventTypes.push(target) };
  const { majordomo } = world(
    { 'a/x': [{ capabilities: { tools: false } }], 'b/y': ['b'] },
    { gates: [gate] },
  );
  majordomo.health.bench('a/x', 9000);
  const tools = [{ name: 't', description: 't', parameters: { type: 'object' } }];
  const { attempts } = await majordomo.model('a/x,b/y').generate({ ...hi, tools });
  expect([eventTypes, attempts[0]?.error?.kind]).toEqual([['b/y'], 'overloaded']);
});

describe('a target receives a request', () => {
  it('for deltas if the caller reads them, and for a complete response if a recovery requires it', async () => {
    const deliveries: string[] = [];
    const recover = {
      id: 'r',
      what: 'in one piece',
      delivery: 'complete' as const,
      apply: (request: never) => request,
    };
    const { majordomo } = world({
      'a/x': [
        (_request, { delivery }) => {
          deliveries.push(delivery);
          return deliveries.length === 1 ? { fail: 'invalid-request', details: { recover } } : 'ok';
        },
      ],
    });
    const stream = majordomo.model('a/x').stream(hi);
    expect((await stream.response()).warnings.map(({ what }) => what)).toEqual(['in one piece']);
    expect(deliveries).toEqual(['deltas', 'complete']);
  });

  it('with the recoveries that the call has used', async () => {
    const recover = { id: 'r', what: 'w', apply: (request: never) => request };
    const { majordomo } = world({
      'a/x': [
        (_request, { recoveries }) =>
          recoveries?.length === 0
            ? { fail: 'invalid-request', details: { recover } }
            : { text: (recoveries ?? []).map(({ id }) => id).join() },
      ],
    });
    expect((await majordomo.model('a/x').generate(hi)).text).toBe('r');
  });
});
