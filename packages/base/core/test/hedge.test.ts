import { describe, expect, it } from 'vitest';
import { type AttemptInfo, type CallOptions, type Gate, type Recovery } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { readAll } from './support/read-all.ts';
import type { Script } from './support/scripted.ts';
import { hi, world } from './support/world.ts';

const hedged: CallOptions = { hedgeAfterMs: 1000, attempts: 1 };
const slow = (text: string, waitMs: number, onClose?: () => void): Script => ({
  text,
  waitMs,
  ...(onClose !== undefined && { onClose }),
});

/** Gate that logs what it admits and settles. */
function loggingGate(deny: (info: AttemptInfo) => boolean = () => false) {
  const log: string[] = [];
  const gate: Gate = {
    name: 'books',
    admit(info) {
      if (deny(info)) return { deny: 'no money' };
      log.push(`admit ${info.target}`);
      return { settle: ({ outcome }) => void log.push(`settle ${info.target} ${outcome}`) };
    },
  };
  return { gate, log };
}

describe('hedgeAfterMs', () => {
  it('starts no second attempt while the first is in time', async () => {
    const { majordomo, clock, requestCounts } = world({ 'a/x': [slow('a', 900)], 'b/y': ['b'] });
    const answer = majordomo.model('a/x,b/y').generate(hi, hedged);
    await clock.advance(900);
    expect([(await answer).target, requestCounts.get('b/y'), clock.pending()]).toEqual(['a/x', undefined, 0]);
  });

  it('starts a second attempt, and the first content wins', async () => {
    let closed = 0;
    const { gate, log } = loggingGate();
    const { majordomo, clock, requestCounts, events } = world(
      { 'a/x': [slow('a', 60_000, () => closed++)], 'b/y': [slow('b', 500)] },
      { gates: [gate] },
    );
    const answer = majordomo.model('a/x,b/y').generate(hi, hedged);
    await clock.advance(1500);
    const response = await answer;
    expect([response.target, response.text, requestCounts.get('a/x'), requestCounts.get('b/y')]).toEqual([
      'b/y',
      'b',
      1,
      1,
    ]);
    expect(response.attempts.map(({ target, outcome }) => `${target} ${outcome}`)).toEqual([
      'a/x abandoned',
      'b/y finished',
    ]);
    expect(log).toEqual(['admit a/x', 'admit b/y', 'settle a/x abandoned', 'settle b/y finished']);
    expect([closed, clock.pending()]).toEqual([1, 0]);
    expect(majordomo.health.snapshot()['a/x']?.failures ?? 0).toBe(0);
    const starts = events.filter(({ type }) => type === 'attempt-start' || type === 'attempt-end');
    expect(starts).toHaveLength(4);
  });

  it('returns the answer of the first attempt if it is faster after all', async () => {
    const { majordomo, clock } = world({ 'a/x': [slow('a', 1200)], 'b/y': [slow('b', 60_000)] });
    const answer = majordomo.model('a/x,b/y').generate(hi, hedged);
    await clock.advance(1200);
    const { target, attempts } = await answer;
    expect([target, attempts.map(({ outcome }) => outcome)]).toEqual(['a/x', ['abandoned', 'finished']]);
  });

  it('works for streams, with one text and one start', async () => {
    const { majordomo, clock } = world({ 'a/x': [slow('a', 60_000)], 'b/y': [slow('one two', 10)] });
    const events = readAll(majordomo.model('a/x,b/y').stream(hi, hedged));
    await clock.advance(1010);
    expect((await events).map(({ type }) => type)).toEqual([
      'start',
      'part-start',
      'text-delta',
      'text-delta',
      'part-end',
      'finish',
    ]);
  });

  it('continues with the first attempt if a gate denies the second', async () => {
    const { gate, log } = loggingGate(({ target }) => target === 'b/y');
    const { majordomo, clock, requestCounts } = world(
      { 'a/x': [slow('a', 3000)], 'b/y': ['b'], 'c/z': ['c'] },
      { gates: [gate] },
    );
    const answer = majordomo.model('a/x,b/y,c/z').generate(hi, hedged);
    await clock.advance(3000);
    expect([(await answer).target, requestCounts.get('b/y'), requestCounts.get('c/z')]).toEqual([
      'a/x',
      undefined,
      undefined,
    ]);
    expect(log).toEqual(['admit a/x', 'settle a/x finished']);
  });

  it('skips a benched target for the second attempt', async () => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [slow('a', 3000)],
      'b/y': ['b'],
      'c/z': ['c'],
    });
    majordomo.health.bench('b/y', 60_000);
    const answer = majordomo.model('a/x,b/y,c/z').generate(hi, hedged);
    await clock.advance(1000);
    expect([(await answer).target, requestCounts.get('b/y')]).toEqual(['c/z', undefined]);
  });

  it('skips a target that does not support the request for the second attempt', async () => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [slow('a', 60_000)],
      'b/y': [{ capabilities: { output: false }, text: 'b' }],
      'c/z': ['c'],
    });
    const answer = majordomo.model('a/x,b/y,c/z').generate({ ...hi, output: 'json' }, hedged);
    await clock.advance(1000);
    expect([(await answer).target, requestCounts.get('b/y')]).toEqual(['c/z', undefined]);
  });

  it('skips a target that failed in an earlier race of the call', async () => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [{ waitMs: 1500, fail: 'server' }, slow('a', 60_000)],
      'b/y': [{ fail: 'not-found' }],
      'c/z': ['c'],
    });
    const answer = majordomo.model('a/x,b/y,c/z').generate(hi, { ...hedged, attempts: 2 });
    await clock.advance(2500);
    expect([(await answer).target, requestCounts.get('a/x'), requestCounts.get('b/y')]).toEqual([
      'c/z',
      2,
      1,
    ]);
  });

  it('benches a target that fails, not one that loses', async () => {
    const { majordomo, clock } = world(
      { 'a/x': [{ waitMs: 1500, fail: 'server' }], 'b/y': [slow('b', 1000)] },
      { health: { threshold: 1 } },
    );
    const answer = majordomo.model('a/x,b/y').generate(hi, hedged);
    await clock.advance(2000);
    expect((await answer).attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
    const health = majordomo.health.snapshot();
    expect([health['a/x']?.state, health['b/y']?.state ?? 'healthy']).toEqual(['benched', 'healthy']);
  });

  it('continues along the chain when both have failed', async () => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [{ waitMs: 1500, fail: 'server' }],
      'b/y': [{ waitMs: 1000, fail: 'network' }],
      'c/z': ['c'],
    });
    const answer = majordomo.model('a/x,b/y,c/z').generate(hi, hedged);
    await clock.advance(2000);
    expect((await answer).target).toBe('c/z');
    expect([requestCounts.get('a/x'), requestCounts.get('b/y'), requestCounts.get('c/z')]).toEqual([1, 1, 1]);
  });

  it('does not retry a target that failed permanently in the race', async () => {
    for (const [kind, attempts] of [
      ['network', 1],
      ['protocol', 3],
    ] as const) {
      const { majordomo, clock, requestCounts } = world({
        'a/x': [{ waitMs: 2000, fail: 'not-found' }],
        'b/y': [{ waitMs: 500, fail: kind }],
        'c/z': ['c'],
      });
      const answer = majordomo.model('a/x,b/y,c/z').generate(hi, { ...hedged, attempts });
      await clock.advance(2000);
      expect((await answer).target).toBe('c/z');
      expect([requestCounts.get('a/x'), requestCounts.get('b/y')]).toEqual([1, 1]);
    }
  });

  it('retries a target with tries left after the first has failed too', async () => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [{ waitMs: 2000, fail: 'not-found' }],
      'b/y': [{ waitMs: 500, fail: 'network' }, 'b'],
    });
    const answer = majordomo.model('a/x,b/y').generate(hi, { ...hedged, attempts: 2 });
    await clock.advance(2000);
    expect([(await answer).target, requestCounts.get('b/y')]).toEqual(['b/y', 2]);
  });

  it.each(['a/x,b/y', 'b/y,a/x'])('calls a target again at once with another key: %s', async (spec) => {
    const recover: Recovery = {
      id: 'key k1',
      what: 'sent with key k2',
      changesCredential: true,
      apply: (request) => request,
    };
    const limited: Script = { waitMs: 1500, fail: 'quota', details: { recover } };
    const { majordomo, clock, requestCounts, events } = world({
      'a/x': [limited, 'with key k2'],
      'b/y': [slow('b', 60_000)],
    });
    const answer = majordomo.model(spec).generate(hi, hedged);
    await clock.advance(2500);
    expect([(await answer).text, requestCounts.get('a/x'), requestCounts.get('b/y')]).toEqual([
      'with key k2',
      2,
      1,
    ]);
    expect(majordomo.health.snapshot()['a/x']?.state ?? 'healthy').toBe('healthy');
    expect(events.find(({ type }) => type === 'attempt-failed')).toMatchObject({ willRetryInMs: 0 });
    expect(clock.pending()).toBe(0);
  });

  it('does not count a failure in the race against the target if a recovery follows', async () => {
    const recover: Recovery = { id: 'plain', what: 'sent without options', apply: (request) => request };
    const rejected: Script = { waitMs: 1500, fail: 'server', details: { recover } };
    const { majordomo, clock, requestCounts } = world({
      'a/x': [rejected, slow('plain', 1000)],
      'b/y': [slow('b', 60_000)],
    });
    const answer = majordomo.model('a/x,b/y').generate(hi, hedged);
    await clock.advance(2000);
    expect(requestCounts.get('a/x')).toBe(2);
    expect(majordomo.health.snapshot()['a/x']?.failures ?? 0).toBe(0);
    await clock.advance(500);
    expect((await answer).text).toBe('plain');
  });

  it.each(['answers', 'is aborted'])(
    'does not begin the second when the call %s while its gate thinks',
    async (end) => {
      const settles: string[] = [];
      let open = (): void => undefined;
      const gate: Gate = {
        name: 'slow',
        async admit({ target }) {
          if (target === 'b/y') await new Promise<void>((resolve) => (open = resolve));
          return { settle: ({ outcome }) => void settles.push(`${target} ${outcome}`) };
        },
      };
      const { majordomo, clock, requestCounts, events } = world(
        { 'a/x': [slow('a', 1500)], 'b/y': ['b'], 'c/z': ['c'] },
        { gates: [gate] },
      );
      const controller = new AbortController();
      const answer = majordomo.model('a/x,b/y,c/z').generate(hi, { ...hedged, signal: controller.signal });
      await clock.advance(1200);
      if (end === 'is aborted') controller.abort();
      const outcome = answer.then(
        ({ target }) => target,
        (error: unknown) => (error as Error).message,
      );
      await clock.advance(300);
      expect(await outcome).toBe(end === 'answers' ? 'a/x' : 'the call was aborted');
      open();
      await settled();
      expect([events.at(-1)?.type, requestCounts.get('b/y')]).toEqual(['call-end', undefined]);
      expect(settles).toEqual([`a/x ${end === 'answers' ? 'finished' : 'failed'}`, 'b/y skipped']);
      expect(events.filter(({ type }) => type === 'attempt-start')).toHaveLength(1);
    },
  );

  it('ends both when the call is aborted', async () => {
    const closed: string[] = [];
    const { gate, log } = loggingGate();
    const { majordomo, clock } = world(
      {
        'a/x': [slow('a', 60_000, () => closed.push('a'))],
        'b/y': [slow('b', 60_000, () => closed.push('b'))],
      },
      { gates: [gate] },
    );
    const stop = new AbortController();
    const error = failure(majordomo.model('a/x,b/y').generate(hi, { ...hedged, signal: stop.signal }));
    await clock.advance(1000);
    stop.abort();
    expect((await error).kind).toBe('aborted');
    await settled();
    expect([closed.sort(), clock.pending()]).toEqual([['a', 'b'], 0]);
    expect(log.filter((line) => line.startsWith('settle'))).toHaveLength(2);
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it('ends a second attempt that is admitted after the race', async () => {
    let admitSecond: () => void = () => undefined;
    const log: string[] = [];
    const gate: Gate = {
      name: 'slow books',
      async admit({ target }) {
        if (target === 'b/y') await new Promise<void>((resolve) => (admitSecond = resolve));
        return { settle: ({ outcome }) => void log.push(`${target} ${outcome}`) };
      },
    };
    const { majordomo, clock, requestCounts } = world(
      { 'a/x': [slow('a', 1500)], 'b/y': ['b'] },
      { gates: [gate] },
    );
    const answer = majordomo.model('a/x,b/y').generate(hi, hedged);
    await clock.advance(1500);
    expect((await answer).target).toBe('a/x');
    admitSecond();
    await settled();
    expect([requestCounts.get('b/y'), log]).toEqual([undefined, ['a/x finished', 'b/y skipped']]);
  });

  it('runs both attempts inside around, also for typed objects', async () => {
    const startedTargets: string[] = [];
    const { majordomo, clock } = world(
      { 'a/x': [slow('{}', 60_000)], 'b/y': ['{"n":1}'] },
      {
        around: ({ target }, run) => {
          startedTargets.push(target);
          return run();
        },
      },
    );
    const output = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    const answer = majordomo.model('a/x,b/y').generateObject({ ...hi, output }, hedged);
    await clock.advance(1000);
    expect([(await answer).value, startedTargets]).toEqual([{ n: 1 }, ['a/x', 'b/y']]);
  });

  it('starts a race at the second target too', async () => {
    const { majordomo, clock } = world({
      'a/x': [{ fail: 'server' }],
      'b/y': [slow('b', 9000)],
      'c/z': ['c'],
    });
    const answer = majordomo.model('a/x,b/y,c/z').generate(hi, hedged);
    await clock.advance(1000);
    expect((await answer).target).toBe('c/z');
  });
});
