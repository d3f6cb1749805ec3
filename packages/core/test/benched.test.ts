import { describe, expect, it } from 'vitest';
import { LlmError, user, type CallOptions } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { world } from './support/world.ts';

const hi = { messages: [user('hi')] };
const once = { attempts: 1 };

describe('when every target is benched, by default', () => {
  const dead = { 'a/x': [{ fail: 'server' } as const] };

  it('one call at a time asks the one that comes back first, the others fail at once', async () => {
    const { majordomo, asked, clock } = world({
      'a/x': [{ fail: 'server' }, { fail: 'server' }, { waitMs: 50, text: 'ok' }],
    });
    const model = majordomo.model('a/x');
    await failure(model.generate(hi));
    const probe = model.generate(hi);
    await settled();
    const error = await failure(model.generate(hi));
    expect([error.kind, error.details.retryAfterMs, asked.get('a/x')]).toEqual(['server', 5000, 3]);
    await clock.advance(50);
    expect((await probe).text).toBe('ok');
    expect(majordomo.health.snapshot()['a/x']).toMatchObject({ state: 'healthy', failures: 0, benches: 0 });
  });

  it('a dead one is asked once a call, its bench stays as it was, and nobody is told', async () => {
    const { majordomo, asked } = world(dead);
    const model = majordomo.model('a/x');
    await failure(model.generate(hi));
    const told: string[] = [];
    majordomo.health.onChange((target) => told.push(target));
    const before = majordomo.health.snapshot();
    await failure(model.generate(hi));
    await failure(model.generate(hi));
    expect([asked.get('a/x'), told, majordomo.health.snapshot()]).toEqual([4, [], before]);
  });

  it('asks one target of a chain, not all', async () => {
    const { majordomo, asked } = world({ ...dead, 'b/y': ['b'] });
    await failure(majordomo.model('a/x').generate(hi));
    majordomo.health.bench('b/y', 9000);
    const error = await failure(majordomo.model('a/x,b/y').generate(hi));
    expect([error.kind, asked.get('a/x'), asked.get('b/y')]).toEqual(['exhausted', 3, undefined]);
  });

  it('an operator’s bench is not lifted by an answer', async () => {
    const { majordomo } = world({ 'a/x': ['a'] });
    majordomo.health.bench('a/x', 9000);
    expect((await majordomo.model('a/x').generate(hi)).text).toBe('a');
    expect(majordomo.health.snapshot()['a/x']?.state).toBe('benched');
  });

  it.each(['probe', 'try-soonest'] as const)(
    '%s asks nobody whom an operator has benched for good',
    async (way) => {
      const { majordomo, asked } = world({ 'a/x': [{ fail: 'server' }], 'b/y': ['b'] });
      await failure(majordomo.model('a/x').generate(hi));
      majordomo.health.bench('a/', Infinity);
      majordomo.health.bench('b/y', Infinity);
      const before = asked.get('a/x');
      const error = await failure(majordomo.model('a/x,b/y').generate(hi, { whenAllBenched: way }));
      expect([error.kind, asked.get('a/x'), asked.get('b/y')]).toEqual(['exhausted', before, undefined]);
      majordomo.health.unbench('b/y');
      expect((await majordomo.model('a/x,b/y').generate(hi)).text).toBe('b');
    },
  );

  it('gives the claim back when the call is aborted', async () => {
    const { majordomo, asked } = world({ 'a/x': [{ fail: 'server' }, { fail: 'server' }, { stall: true }] });
    const model = majordomo.model('a/x');
    await failure(model.generate(hi));
    const stop = new AbortController();
    const probe = failure(model.generate(hi, { signal: stop.signal }));
    await settled();
    stop.abort();
    await probe;
    void model.generate(hi).catch(() => undefined);
    await settled();
    expect(asked.get('a/x')).toBe(4);
  });
});

describe("'try-soonest'", () => {
  it('asks the one that comes back first also while others do', async () => {
    const { majordomo, clock, asked } = world({
      'a/x': [{ waitMs: 50, text: 'a' }],
      'b/y': [{ fail: 'server' }],
    });
    majordomo.health.accept('a/x', { state: 'benched', benches: 1, forMs: 1000 });
    majordomo.health.accept('b/y', { state: 'benched', benches: 1, forMs: 9000 });
    const options: CallOptions = { whenAllBenched: 'try-soonest' };
    const answers = [1, 2, 3].map(() => majordomo.model('a/x,b/y').generate(hi, options));
    await clock.advance(50);
    expect((await Promise.all(answers)).map(({ target }) => target)).toEqual(['a/x', 'a/x', 'a/x']);
    expect([asked.get('b/y'), majordomo.health.snapshot()['a/x']?.state]).toEqual([undefined, 'healthy']);
  });
});

describe("'wait'", () => {
  it('hears an abort that came before it waits', async () => {
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

  it('walks again where a bench has ended while other targets were asked', async () => {
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

describe('without a bench', () => {
  it('a chain whose targets are all denied ends, whatever is to be done about benches', async () => {
    const closed = { name: 'closed', admit: () => ({ deny: 'no', advance: true }) };
    const { majordomo } = world({ 'a/x': ['a'] }, { gates: [closed] });
    for (const whenAllBenched of ['probe', 'try-soonest', 'wait'] as const) {
      const { details } = await failure(majordomo.model('a/x').generate(hi, { whenAllBenched }));
      expect(details.attempts.map(({ outcome }) => outcome)).toEqual(['skipped']);
    }
  });
});

describe("'wait' for a target that then is not asked", () => {
  it('ends, though it was benched before', async () => {
    const { majordomo, clock, asked } = world(
      { 'a/x': ['a'] },
      { gates: [{ name: 'closed', admit: () => ({ deny: 'no', advance: true }) }] },
    );
    majordomo.health.bench('a/x', 1000);
    const error = failure(majordomo.model('a/x').generate(hi, { whenAllBenched: 'wait' }));
    await clock.advance(1000);
    expect([(await error).details.attempts.map(({ outcome }) => outcome), asked.size]).toEqual([
      ['skipped'],
      0,
    ]);
  });
});

describe('attempts beyond the threshold', () => {
  it('are the call’s own: it goes on though it has benched the target for the others', async () => {
    const { majordomo, asked, clock } = world({
      'a/x': [{ fail: 'server' }, { fail: 'server' }, { fail: 'server' }, 'ok'],
    });
    const answer = majordomo.model('a/x').generate(hi, { attempts: 5 });
    await clock.advance(10);
    expect([(await answer).text, asked.get('a/x')]).toEqual(['ok', 4]);
    expect(majordomo.health.snapshot()['a/x']?.state).toBe('healthy');
  });

  it('are none for a probe: one request finds out', async () => {
    const { majordomo, asked, clock } = world({ 'a/x': [{ fail: 'server' }], 'b/y': ['b'] });
    await majordomo.model('a/x,b/y').generate(hi);
    await clock.advance(5000);
    await majordomo.model('a/x,b/y').generate(hi, { attempts: 5 });
    expect(asked.get('a/x')).toBe(3);
  });

  it('end where another call’s failures have benched it meanwhile', async () => {
    const { majordomo, asked } = world({ 'a/x': [{ fail: 'server' }] });
    const onEvent = ({ type }: { readonly type: string }): void => {
      if (type !== 'attempt-failed') return;
      majordomo.health.accept('a/x', { state: 'benched', benches: 9, forMs: 100_000 });
    };
    await failure(majordomo.model('a/x').generate(hi, { attempts: 5, onEvent }));
    expect(asked.get('a/x')).toBe(1);
  });
});

describe('an operator', () => {
  it('benches for good, and other targets still answer', async () => {
    const { majordomo } = world({ 'a/x': ['a'], 'b/y': ['b'] });
    majordomo.health.bench('a/x', Infinity);
    const { target, attempts } = await majordomo.model('a/x,b/y').generate(hi);
    expect([target, attempts[0]?.error?.message]).toEqual([
      'b/y',
      'a/x is benched until it is unbenched manually or by another process',
    ]);
  });

  it('benches a provider with all its targets, known or not, and puts them back', async () => {
    const { majordomo } = world({ 'a/x': ['a'], 'a/z': ['z'], 'b/y': ['b'] });
    majordomo.health.bench('a/', 9000);
    expect((await majordomo.model('a/x,a/z,b/y').generate(hi)).target).toBe('b/y');
    majordomo.health.unbench('a/');
    expect((await majordomo.model('a/z,b/y').generate(hi)).target).toBe('a/z');
  });

  it('forgets everything', async () => {
    const { majordomo } = world({ 'a/x': [{ fail: 'server' }] });
    await failure(majordomo.model('a/x').generate(hi));
    majordomo.health.reset();
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it('hears that a duration must be one', () => {
    const { majordomo } = world({ 'a/x': ['a'] });
    expect(() => {
      majordomo.health.bench('a/x', NaN);
    }).toThrow(LlmError);
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

  it('of several, `exhausted` has what is known of the last failure', async () => {
    const { majordomo } = world({
      'a/x': [{ fail: 'not-found' }],
      'b/y': [{ fail: 'server', details: { status: 529 } }],
    });
    const { details } = await failure(majordomo.model('a/x,b/y').generate(hi, once));
    expect(details.status).toBe(529);
  });
});
