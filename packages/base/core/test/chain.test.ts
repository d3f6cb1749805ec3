import { describe, expect, it } from 'vitest';
import { LlmError } from '../src/index.ts';
import { eventOrderError } from '../src/toolkit.ts';
import { failure } from './support/failure.ts';
import { manualClock, settled } from './support/manual-clock.ts';
import { readAll } from './support/read-all.ts';
import { withKey } from './support/scripted.ts';
import { hi, world } from './support/world.ts';

describe('failover', () => {
  it('recovers from a single blip on the same target', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': [{ fail: 'server' }, 'hello'], 'b/y': ['b'] });
    const response = await majordomo.model('a/x,b/y').generate(hi);
    expect([response.target, response.text]).toEqual(['a/x', 'hello']);
    expect(requestCounts).toEqual(new Map([['a/x', 2]]));
  });

  it('benches a target that fails twice and advances', async () => {
    const { majordomo, requestCounts, kinds, clock } = world({
      'a/x': [{ fail: 'overloaded' }],
      'b/y': ['b'],
    });
    const model = majordomo.model('a/x,b/y');
    const response = await model.generate(hi);
    expect(response.target).toBe('b/y');
    expect(response.attempts.map(({ target, outcome }) => `${target} ${outcome}`)).toEqual([
      'a/x failed',
      'a/x failed',
      'b/y finished',
    ]);
    expect(majordomo.health.snapshot()['a/x']).toEqual({
      state: 'benched',
      failures: 0,
      benches: 1,
      until: clock.now() + 5000,
    });
    await model.generate(hi);
    expect(requestCounts.get('a/x')).toBe(2);
    expect(kinds()).toEqual([
      'call-start',
      'attempt-start',
      'attempt-failed',
      'attempt-end',
      'attempt-start',
      'attempt-failed',
      'attempt-end',
      'benched',
      'attempt-start',
      'committed',
      'attempt-end',
      'call-end',
      'call-start',
      'target-skipped',
      'attempt-start',
      'committed',
      'attempt-end',
      'call-end',
    ]);
  });

  it('permits one probe after the cooldown, and its success recovers the target', async () => {
    const { majordomo, clock, kinds } = world({
      'a/x': [{ fail: 'server' }, { fail: 'server' }, 'back'],
      'b/y': ['b'],
    });
    const model = majordomo.model('a/x,b/y');
    await model.generate(hi);
    await clock.advance(5000);
    expect((await model.generate(hi)).target).toBe('a/x');
    expect(majordomo.health.snapshot()['a/x']).toEqual({
      state: 'healthy',
      failures: 0,
      benches: 0,
      until: undefined,
    });
    expect(kinds()).toContain('probed');
    expect(kinds()).toContain('recovered');
  });

  it.each(['config', 'invalid-request', 'auth', 'billing', 'content-filter'] as const)(
    'fails fast on %s',
    async (kind) => {
      const { majordomo, requestCounts } = world({ 'a/x': [{ fail: kind }], 'b/y': ['b'] });
      const error = await failure(majordomo.model('a/x,b/y').generate(hi));
      expect(error.kind).toBe(kind);
      expect(error.details.attempts.map(({ outcome }) => outcome)).toEqual(['failed']);
      expect(requestCounts.has('b/y')).toBe(false);
      expect(majordomo.health.snapshot()).toEqual({});
    },
  );

  it.each(['unsupported', 'context-overflow', 'not-found', 'invalid-output'] as const)(
    'advances on %s without a retry and without a mark on the health',
    async (kind) => {
      const { majordomo, requestCounts } = world({ 'a/x': [{ fail: kind }], 'b/y': ['b'] });
      expect((await majordomo.model('a/x,b/y').generate(hi)).target).toBe('b/y');
      expect(requestCounts.get('a/x')).toBe(1);
      expect(majordomo.health.snapshot()['a/x']).toBeUndefined();
    },
  );

  it('benches at once on quota', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': [{ fail: 'quota' }], 'b/y': ['b'] });
    await majordomo.model('a/x,b/y').generate(hi);
    expect(requestCounts.get('a/x')).toBe(1);
    expect(majordomo.health.snapshot()['a/x']?.state).toBe('benched');
  });

  it('benches until a Retry-After above the cap and advances at once', async () => {
    const { majordomo, requestCounts, clock } = world({
      'a/x': [{ fail: 'rate-limit', details: { retryAfterMs: 3_600_000 } }],
      'b/y': ['b'],
    });
    expect((await majordomo.model('a/x,b/y').generate(hi)).target).toBe('b/y');
    expect(requestCounts.get('a/x')).toBe(1);
    expect(majordomo.health.snapshot()['a/x']?.until).toBe(clock.now() + 3_600_000);
  });

  it('sleeps a short Retry-After before the same target is tried again', async () => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [{ fail: 'rate-limit', details: { retryAfterMs: 2000 } }, 'ok'],
    });
    const answer = majordomo.model('a/x').generate(hi);
    await clock.advance(1999);
    expect(requestCounts.get('a/x')).toBe(1);
    await clock.advance(1);
    expect((await answer).text).toBe('ok');
  });

  it('is aborted while it waits for a retry, with any clock', async () => {
    const clock = manualClock();
    const customClock = {
      ...clock,
      sleep: (_ms: number, signal: AbortSignal) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new DOMException('woken', 'AbortError'));
          });
        }),
    };
    const stop = new AbortController();
    const { majordomo } = world(
      { 'a/x': [{ fail: 'rate-limit', details: { retryAfterMs: 2000 } }] },
      { clock: customClock },
    );
    const error = failure(majordomo.model('a/x').generate(hi, { signal: stop.signal }));
    await settled();
    stop.abort();
    expect((await error).kind).toBe('aborted');
  });

  it('lists every target when all are exhausted', async () => {
    const { majordomo } = world({ 'a/x': [{ fail: 'server' }], 'b/y': [{ fail: 'not-found' }] });
    const error = await failure(majordomo.model('a/x,b/y').generate(hi));
    expect(error.kind).toBe('exhausted');
    expect(error.message).toBe(
      'no target of "a/x,b/y" answered: a/x: server, reported server (2 times); b/y: not-found, reported not-found',
    );
    expect(LlmError.is(error, 'server', 'not-found')).toBe(true);
    expect(LlmError.is(error, 'server')).toBe(false);
  });

  it('throws the error of the only target, with the kind that benched it', async () => {
    const { majordomo, clock } = world({ 'a/x': [{ fail: 'rate-limit' }] });
    const model = majordomo.model('a/x');
    await failure(model.generate(hi));
    const error = await failure(model.generate(hi, { whenAllBenched: 'fail' }));
    expect(error.kind).toBe('rate-limit');
    expect(error.details.attempts).toMatchObject([{ target: 'a/x', outcome: 'skipped' }]);
    expect(error.details.retryAfterMs).toBe(5000);
    expect(error.message).toContain(new Date(clock.now() + 5000).toISOString());
  });

  it('does not retry an empty completion, and counts it', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': [{ text: '  \n' }], 'b/y': ['b'] });
    expect((await majordomo.model('a/x,b/y').generate(hi)).target).toBe('b/y');
    expect(requestCounts.get('a/x')).toBe(1);
    expect(majordomo.health.snapshot()['a/x']?.failures).toBe(1);
  });

  it('reports a cut stream as truncated and retries it', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'half', cut: true }, 'complete'] });
    const response = await majordomo.model('a/x').generate(hi);
    expect(response.text).toBe('complete');
    expect(response.attempts[0]?.error?.kind).toBe('truncated');
  });
});

describe('the events of a stream', () => {
  it('do not show a failure before the first content', async () => {
    const { majordomo } = world({ 'a/x': [{ fail: 'server' }], 'b/y': ['b'] });
    const events = await readAll(majordomo.model('a/x,b/y').stream(hi));
    expect(eventOrderError(events)).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'part-start',
      'text-delta',
      'part-end',
      'finish',
    ]);
  });

  it('end with the error and the partial response after content by default', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': [{ text: 'half ', fail: 'network' }], 'b/y': ['b'] });
    const stream = majordomo.model('a/x,b/y').stream(hi);
    const error = await failure(readAll(stream));
    expect(error.kind).toBe('network');
    expect(error.details.partial?.text).toBe('half ');
    expect(requestCounts.has('b/y')).toBe(false);
    expect((await failure(stream.response())).kind).toBe('network');
  });

  it('contain a reset after content with restart', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'half ', fail: 'network' }], 'b/y': ['complete'] });
    const events = await readAll(majordomo.model('a/x,b/y').stream(hi, { afterCommit: 'restart' }));
    expect(eventOrderError(events)).toBeUndefined();
    expect(events.filter(({ type }) => type === 'reset')).toMatchObject([
      { target: 'a/x' },
      { target: 'a/x' },
    ]);
    expect(
      events
        .slice(events.findLastIndex(({ type }) => type === 'reset'))
        .map((event) => (event.type === 'text-delta' ? event.text : ''))
        .join(''),
    ).toBe('complete');
  });

  it('contain no reset if no attempt is left; the error has the last partial response', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'half ', fail: 'network' }] });
    const eventTypes: string[] = [];
    const error = await failure(
      (async () => {
        for await (const { type } of majordomo
          .model('a/x')
          .stream(hi, { afterCommit: 'restart', attempts: 1 }))
          eventTypes.push(type);
      })(),
    );
    expect(error.kind).toBe('network');
    expect(error.details.partial?.text).toBe('half ');
    expect(eventTypes).not.toContain('reset');
  });

  it('are not visible in generate, which restarts', async () => {
    const { majordomo } = world({ 'a/x': [{ text: 'half ', fail: 'network' }], 'b/y': ['complete'] });
    expect((await majordomo.model('a/x,b/y').generate(hi)).text).toBe('complete');
  });

  it('stop when the reader breaks, which closes the provider', async () => {
    let closed = 0;
    const { majordomo, events } = world({
      'a/x': [{ text: 'one two three', stall: true, onClose: () => closed++ }],
    });
    const stream = majordomo.model('a/x').stream(hi);
    for await (const event of stream) if (event.type === 'text-delta') break;
    await settled();
    expect(closed).toBe(1);
    expect(events.at(-1)).toMatchObject({
      type: 'call-end',
      outcome: 'abandoned',
      attempts: [{ outcome: 'abandoned' }],
    });
    expect((await failure(stream.response())).details.code).toBe('abandoned');
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it('have one reader', async () => {
    const stream = world({ 'a/x': ['hello'] })
      .majordomo.model('a/x')
      .stream(hi);
    await readAll(stream);
    expect((await failure(readAll(stream))).kind).toBe('config');
    expect((await stream.response()).text).toBe('hello');
  });

  it('start with the first read, or with response()', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': ['hello'] });
    const stream = majordomo.model('a/x').stream(hi);
    await settled();
    expect(requestCounts.size).toBe(0);
    expect((await stream.response()).text).toBe('hello');
  });

  it('are followed by the response for a reader that stops at the finish', async () => {
    const { majordomo, events } = world({ 'a/x': ['hello'] });
    const stream = majordomo.model('a/x').stream(hi);
    for await (const { type } of stream) if (type === 'finish') break;
    expect((await stream.response()).text).toBe('hello');
    expect(events.at(-1)).toMatchObject({ outcome: 'finished' });
  });
});

describe('abort', () => {
  it.each([
    ['before the first content', { stall: true }],
    ['after the first content', { text: 'half', stall: true }],
    ['of a provider that ignores the signal', { text: 'half', ignoresSignal: true }],
    ['while the provider waits', { waitMs: 10_000 }],
  ] as const)('ends a call at once %s, without retry or mark', async (_, turn) => {
    const { majordomo, requestCounts, clock, events } = world({ 'a/x': [turn], 'b/y': ['b'] });
    const controller = new AbortController();
    const answer = failure(majordomo.model('a/x,b/y').generate(hi, { signal: controller.signal }));
    await clock.advance(1);
    controller.abort(new Error('enough'));
    const error = await answer;
    expect([error.kind, error.details.partial?.text]).toEqual([
      'aborted',
      'text' in turn ? 'half' : undefined,
    ]);
    expect(error.cause).toEqual(new Error('enough'));
    expect(requestCounts).toEqual(new Map([['a/x', 1]]));
    expect(majordomo.health.snapshot()).toEqual({});
    expect(clock.pending()).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: 'call-end', outcome: 'failed' });
  });

  it('during the backoff opens no other connection', async () => {
    const { majordomo, requestCounts, clock } = world({
      'a/x': [{ fail: 'server', details: { retryAfterMs: 5000 } }],
    });
    const controller = new AbortController();
    const answer = failure(majordomo.model('a/x').generate(hi, { signal: controller.signal }));
    await clock.advance(100);
    controller.abort();
    expect((await answer).kind).toBe('aborted');
    await clock.advance(10_000);
    expect(requestCounts.get('a/x')).toBe(1);
  });

  it('before the call sends no request', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': ['hi'] });
    const error = await failure(majordomo.model('a/x').generate(hi, { signal: AbortSignal.abort() }));
    expect(error.kind).toBe('aborted');
    expect(requestCounts.size).toBe(0);
  });

  it('records a stream that is no longer pulled', async () => {
    const { majordomo, events } = world({ 'a/x': [{ text: 'half', stall: true }] });
    const controller = new AbortController();
    const stream = majordomo.model('a/x').stream(hi, { signal: controller.signal })[Symbol.asyncIterator]();
    await stream.next();
    controller.abort();
    await settled();
    expect(events.at(-1)).toMatchObject({ type: 'call-end', outcome: 'failed', error: { kind: 'aborted' } });
    await stream.next();
    await expect(
      failure(
        Promise.resolve().then(async () => {
          for (;;) if ((await stream.next()).done === true) return;
        }),
      ),
    ).resolves.toMatchObject({ kind: 'aborted' });
  });
});

describe('timers', () => {
  it.each([
    ['first-content', { stall: true }, { firstContentMs: 1000 }, 1000],
    ['idle', { text: 'half', stall: true }, { idleMs: 500 }, 500],
    ['first-content', { ignoresSignal: true }, { firstContentMs: 700 }, 700],
  ] as const)('%s ends a silent attempt and fails over', async (phase, turn, timeouts, ms) => {
    const { majordomo, clock } = world({ 'a/x': [turn], 'b/y': ['b'] }, { chain: { attempts: 1 } });
    const answer = majordomo.model('a/x,b/y').generate(hi, { timeouts });
    await clock.advance(ms - 1);
    await clock.advance(1);
    const response = await answer;
    expect(response.target).toBe('b/y');
    expect(response.attempts[0]?.error).toMatchObject({
      kind: 'timeout',
      details: { phase, partial: 'text' in turn ? { text: 'half' } : undefined },
    });
    expect(clock.pending()).toBe(0);
  });

  it('total bounds the complete call, and does not count for health', async () => {
    const { majordomo, clock } = world({ 'a/x': [{ text: 'half', stall: true }], 'b/y': ['b'] });
    const answer = failure(
      majordomo.model('a/x,b/y').generate(hi, { timeouts: { totalMs: 300, idleMs: 0 } }),
    );
    await clock.advance(300);
    expect(await answer).toMatchObject({
      kind: 'timeout',
      details: { phase: 'total', partial: { text: 'half' } },
    });
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it('starts no retry that cannot begin before the deadline', async () => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [{ fail: 'server', details: { retryAfterMs: 1000 } }],
      'b/y': ['b'],
    });
    const response = await majordomo.model('a/x,b/y').generate(hi, { timeouts: { totalMs: 900 } });
    expect(response.target).toBe('b/y');
    expect(requestCounts.get('a/x')).toBe(1);
    expect(clock.pending()).toBe(0);
  });

  it('do not run while the reader does not pull', async () => {
    const { majordomo, clock } = world({ 'a/x': ['one two three'] });
    const timeouts = { idleMs: 100 };
    const stream = majordomo.model('a/x').stream(hi, { timeouts })[Symbol.asyncIterator]();
    await stream.next();
    await clock.advance(10_000);
    const rest: string[] = [];
    for (let next = await stream.next(); next.done !== true; next = await stream.next())
      rest.push(next.value.type);
    expect(rest.at(-1)).toBe('finish');
  });
});

describe('the error of a call that has benched its targets', () => {
  it.each(['a/x', 'a/x,b/y'])('has the time until the first of these benches ends: %s', async (spec) => {
    const { majordomo } = world({ 'a/x': [{ fail: 'server' }], 'b/y': [{ fail: 'quota' }] });
    const error = await failure(majordomo.model(spec).generate(hi));
    expect(majordomo.health.snapshot()['a/x']?.state).toBe('benched');
    expect(error.details.retryAfterMs).toBe(5000);
  });

  it('has the time until the bench of the key ends', async () => {
    const { majordomo } = world({ 'a/x': [withKey({ fail: 'quota' })] });
    expect((await failure(majordomo.model('a/x').generate(hi))).details.retryAfterMs).toBe(5000);
  });
});

describe('when all targets are benched', () => {
  const scripts = { 'a/x': ['a'], 'b/y': ['b'] };

  it('fails with the time to wait if configured', async () => {
    const { majordomo } = world(scripts);
    majordomo.health.bench('a/x', 9000);
    majordomo.health.bench('b/y', 4000);
    const fails = { whenAllBenched: 'fail' } as const;
    const error = await failure(majordomo.model('a/x,b/y').generate(hi, fails));
    expect([error.kind, error.details.retryAfterMs]).toEqual(['exhausted', 4000]);
  });

  it('waits for the first end of a bench if configured', async () => {
    const { majordomo, clock } = world(scripts);
    majordomo.health.bench('a/x', 9000);
    majordomo.health.bench('b/y', 4000);
    const answer = majordomo.model('a/x,b/y').generate(hi, { whenAllBenched: 'wait' });
    await clock.advance(4000);
    expect((await answer).target).toBe('b/y');
    expect(clock.pending()).toBe(0);
  });

  it('waits no longer than the deadline', async () => {
    const { majordomo, clock } = world(scripts);
    majordomo.health.bench('a/x', 9000);
    const answer = failure(
      majordomo.model('a/x').generate(hi, { whenAllBenched: 'wait', timeouts: { totalMs: 1000 } }),
    );
    await clock.advance(1000);
    expect((await answer).details.phase).toBe('total');
    expect(clock.pending()).toBe(0);
  });

  it('wakes up when an operator unbenches', async () => {
    const { majordomo, clock } = world(scripts);
    majordomo.health.bench('a/x', 9000);
    const answer = majordomo.model('a/x').generate(hi, { whenAllBenched: 'wait' });
    await clock.advance(10);
    majordomo.health.unbench('a/x');
    expect((await answer).text).toBe('a');
  });
});
