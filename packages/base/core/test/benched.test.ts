import { describe, expect, it } from 'vitest';
import { type CallOptions } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { withKey } from './support/scripted.ts';
import { hi, world, type World } from './support/world.ts';

const oneAttempt = { attempts: 1 };

describe('when every target is benched, by default', () => {
  const failingScript = { 'a/x': [{ fail: 'server' } as const] };

  it('one call at a time probes the target whose bench ends first; the others fail at once', async () => {
    const { majordomo, requestCounts, clock } = world({
      'a/x': [{ fail: 'server' }, { fail: 'server' }, { waitMs: 50, text: 'ok' }],
    });
    const model = majordomo.model('a/x');
    await failure(model.generate(hi));
    const probe = model.generate(hi);
    await settled();
    const error = await failure(model.generate(hi));
    expect([error.kind, error.details.retryAfterMs, requestCounts.get('a/x')]).toEqual(['server', 5000, 3]);
    await clock.advance(50);
    expect((await probe).text).toBe('ok');
    expect(majordomo.health.snapshot()['a/x']).toMatchObject({ state: 'healthy', failures: 0, benches: 0 });
  });

  it('a failing probe happens once per call and does not change the bench or emit events', async () => {
    const { majordomo, requestCounts } = world(failingScript);
    const model = majordomo.model('a/x');
    await failure(model.generate(hi));
    const changes: string[] = [];
    majordomo.health.onChange((target) => changes.push(target));
    const before = majordomo.health.snapshot();
    await failure(model.generate(hi));
    await failure(model.generate(hi));
    expect([requestCounts.get('a/x'), changes, majordomo.health.snapshot()]).toEqual([4, [], before]);
  });

  it('probes one target of a chain, not all', async () => {
    const { majordomo, requestCounts } = world({ ...failingScript, 'b/y': ['b'] });
    await failure(majordomo.model('a/x').generate(hi));
    majordomo.health.bench('b/y', 9000);
    const error = await failure(majordomo.model('a/x,b/y').generate(hi));
    expect([error.kind, requestCounts.get('a/x'), requestCounts.get('b/y')]).toEqual([
      'exhausted',
      3,
      undefined,
    ]);
  });

  it('a response does not end a manual bench', async () => {
    const { majordomo } = world({ 'a/x': ['a'] });
    majordomo.health.bench('a/x', 9000);
    expect((await majordomo.model('a/x').generate(hi)).text).toBe('a');
    expect(majordomo.health.snapshot()['a/x']?.state).toBe('benched');
  });

  it.each(['probe', 'try-soonest'] as const)(
    '%s contacts no target that an operator has benched without an end',
    async (whenAllBenched) => {
      const { majordomo, requestCounts } = world({ 'a/x': [{ fail: 'server' }], 'b/y': ['b'] });
      await failure(majordomo.model('a/x').generate(hi));
      majordomo.health.bench('a/', Infinity);
      majordomo.health.bench('b/y', Infinity);
      const before = requestCounts.get('a/x');
      const error = await failure(majordomo.model('a/x,b/y').generate(hi, { whenAllBenched }));
      expect([error.kind, requestCounts.get('a/x'), requestCounts.get('b/y')]).toEqual([
        'exhausted',
        before,
        undefined,
      ]);
      majordomo.health.unbench('b/y');
      expect((await majordomo.model('a/x,b/y').generate(hi)).text).toBe('b');
    },
  );

  it('releases the claim when the call is aborted', async () => {
    const { majordomo, requestCounts } = world({
      'a/x': [{ fail: 'server' }, { fail: 'server' }, { stall: true }],
    });
    const model = majordomo.model('a/x');
    await failure(model.generate(hi));
    const stop = new AbortController();
    const probe = failure(model.generate(hi, { signal: stop.signal }));
    await settled();
    stop.abort();
    await probe;
    void model.generate(hi).catch(() => undefined);
    await settled();
    expect(requestCounts.get('a/x')).toBe(4);
  });
});

describe("'try-soonest'", () => {
  it('contacts the target whose bench ends first, also from several calls', async () => {
    const { majordomo, clock, requestCounts } = world({
      'a/x': [{ waitMs: 50, text: 'a' }],
      'b/y': [{ fail: 'server' }],
    });
    majordomo.health.accept('a/x', { state: 'benched', benches: 1, forMs: 1000 });
    majordomo.health.accept('b/y', { state: 'benched', benches: 1, forMs: 9000 });
    const options: CallOptions = { whenAllBenched: 'try-soonest' };
    const answers = [1, 2, 3].map(() => majordomo.model('a/x,b/y').generate(hi, options));
    await clock.advance(50);
    expect((await Promise.all(answers)).map(({ target }) => target)).toEqual(['a/x', 'a/x', 'a/x']);
    expect([requestCounts.get('b/y'), majordomo.health.snapshot()['a/x']?.state]).toEqual([
      undefined,
      'healthy',
    ]);
  });
});

describe("'wait'", () => {
  it('rejects on an abort before the wait', async () => {
    const { majordomo, clock } = world({ 'a/x': ['a'] });
    majordomo.health.bench('a/x', 9000);
    const stop = new AbortController();
    const onEvent = ({ type }: { readonly type: string }): void => {
      if (type === 'target-skipped') stop.abort();
    };
    const answer = majordomo
      .model('a/x')
      .generate(hi, { whenAllBenched: 'wait', signal: stop.signal, onEvent });
    expect((await failure(answer)).kind).toBe('aborted');
    expect(clock.pending()).toBe(0);
  });

  it('restarts the chain if a bench has ended while other targets were tried', async () => {
    const { majordomo, clock } = world(
      { 'a/x': ['a'], 'b/y': ['b'] },
      {
        gates: [
          {
            name: 'slow',
            admit: async ({ target, signal }) => {
              if (target !== 'b/y') return undefined;
              await clock_.sleep(2000, signal);
              return { deny: 'no', advance: true };
            },
          },
        ],
      },
    );
    const clock_ = clock;
    majordomo.health.bench('a/x', 1000);
    const answer = majordomo.model('a/x,b/y').generate(hi, { whenAllBenched: 'wait' });
    await clock.advance(2000);
    expect((await answer).target).toBe('a/x');
  });
});

it('restarts the chain if the bench of a credential has ended while its attempt was settled', async () => {
  const it: World = world(
    { 'a/x': [withKey({ fail: 'quota' }), withKey('ok')] },
    {
      gates: [{ name: 'slow', admit: ({ signal }) => ({ settle: () => it.clock.sleep(600, signal) }) }],
    },
  );
  const model = it.majordomo.model('a/x');
  const first = failure(model.generate(hi));
  await it.clock.advance(4500);
  expect((await first).kind).toBe('quota');
  const second = model.generate(hi);
  await it.clock.advance(1200);
  expect((await second).text).toBe('ok');
});

it('benches only the credential that the provider used, not the target', async () => {
  const script = [withKey({ fail: 'quota' }), withKey('second', 'k2'), withKey('not sent')];
  const { majordomo, events } = world({ 'a/x': script }, { chain: { whenAllBenched: 'fail' } });
  const model = majordomo.model('a/x');
  expect((await failure(model.generate(hi))).kind).toBe('quota');
  const { state, credentials = {} } = majordomo.health.snapshot()['a/x'] ?? {};
  expect([state, Object.values(credentials).map((health) => health.state)]).toEqual(['healthy', ['benched']]);
  expect((await model.generate(hi)).text).toBe('second');
  expect((await failure(model.generate(hi))).details.code).toBe('credential-benched');
  expect(events.filter(({ type }) => type === 'target-skipped')).toMatchObject([
    { target: 'a/x', why: 'benched' },
  ]);
});

describe('without a bench', () => {
  it('a chain whose targets are all denied fails with every whenAllBenched', async () => {
    let admissions = 0;
    const closed = { name: 'closed', admit: () => (admissions++, { deny: 'no', advance: true }) };
    const { majordomo } = world({ 'a/x': ['a'] }, { gates: [closed] });
    for (const whenAllBenched of ['fail', 'probe', 'try-soonest', 'wait'] as const) {
      const { details } = await failure(majordomo.model('a/x').generate(hi, { whenAllBenched }));
      expect(details.attempts.map(({ outcome }) => outcome)).toEqual(['skipped']);
    }
    expect(admissions).toBe(4);
  });
});

describe("'wait' for a target that is not contacted afterwards", () => {
  it('ends although the target was benched before', async () => {
    const { majordomo, clock, requestCounts } = world(
      { 'a/x': ['a'] },
      { gates: [{ name: 'closed', admit: () => ({ deny: 'no', advance: true }) }] },
    );
    majordomo.health.bench('a/x', 1000);
    const error = failure(majordomo.model('a/x').generate(hi, { whenAllBenched: 'wait' }));
    await clock.advance(1000);
    expect([(await error).details.attempts.map(({ outcome }) => outcome), requestCounts.size]).toEqual([
      ['skipped'],
      0,
    ]);
  });
});

describe('attempts beyond the threshold', () => {
  it('continue although the call has benched the target for other calls', async () => {
    const { majordomo, requestCounts, clock } = world({
      'a/x': [{ fail: 'server' }, { fail: 'server' }, { fail: 'server' }, 'ok'],
    });
    const answer = majordomo.model('a/x').generate(hi, { attempts: 5 });
    await clock.advance(10);
    expect([(await answer).text, requestCounts.get('a/x')]).toEqual(['ok', 4]);
    expect(majordomo.health.snapshot()['a/x']?.state).toBe('healthy');
  });

  it('do not take place for a probe', async () => {
    const { majordomo, requestCounts, clock } = world({ 'a/x': [{ fail: 'server' }], 'b/y': ['b'] });
    await majordomo.model('a/x,b/y').generate(hi);
    await clock.advance(5000);
    await majordomo.model('a/x,b/y').generate(hi, { attempts: 5 });
    expect(requestCounts.get('a/x')).toBe(3);
  });

  it('end if another call has benched the target', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': [{ fail: 'server' }] });
    const onEvent = ({ type }: { readonly type: string }): void => {
      if (type !== 'attempt-failed') return;
      majordomo.health.accept('a/x', { state: 'benched', benches: 9, forMs: 100_000 });
    };
    await failure(majordomo.model('a/x').generate(hi, { attempts: 5, onEvent }));
    expect(requestCounts.get('a/x')).toBe(1);
  });
});

describe('an operator', () => {
  it('benches without an end, and other targets still answer', async () => {
    const { majordomo } = world({ 'a/x': ['a'], 'b/y': ['b'] });
    majordomo.health.bench('a/x', Infinity);
    const { target, attempts } = await majordomo.model('a/x,b/y').generate(hi);
    expect([target, attempts[0]?.error?.message]).toEqual([
      'b/y',
      'a/x is benched indefinitely (manually or by another process)',
    ]);
  });

  it('benches and unbenches a provider with all its targets', async () => {
    const { majordomo } = world({ 'a/x': ['a'], 'a/z': ['z'], 'b/y': ['b'] });
    majordomo.health.bench('a/', 9000);
    expect((await majordomo.model('a/x,a/z,b/y').generate(hi)).target).toBe('b/y');
    majordomo.health.unbench('a/');
    expect((await majordomo.model('a/z,b/y').generate(hi)).target).toBe('a/z');
  });
});

describe('a chain of one target', () => {
  it('fails with that target’s own error, and all attempts', async () => {
    const details = { status: 503, code: 'busy', requestId: 'req_1', body: '{}' };
    const { majordomo } = world({ 'a/x': [{ fail: 'server', details }] });
    const error = await failure(majordomo.model('a/x').generate(hi));
    expect([error.kind, error.details]).toMatchObject(['server', details]);
    expect(error.details.attempts).toHaveLength(2);
  });

  it('of several targets has the details of the last failure', async () => {
    const { majordomo } = world({
      'a/x': [{ fail: 'not-found' }],
      'b/y': [{ fail: 'server', details: { status: 529 } }],
    });
    const { details } = await failure(majordomo.model('a/x,b/y').generate(hi, oneAttempt));
    expect(details.status).toBe(529);
  });
});
