import { describe, expect, it } from 'vitest';
import { user, type Attempt, type CallOptions, type Gate } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import type { Script } from './support/scripted.ts';
import { hi, world } from './support/world.ts';

/** Returns a gate that logs what it admits and how each permit is settled. */
function spy(name: string, log: string[], settle: () => void | Promise<void> = () => undefined): Gate {
  return {
    name,
    admit({ target, attempt }) {
      log.push(`${name} admits ${target}#${attempt}`);
      return {
        settle(outcome: Attempt) {
          log.push(`${name} settles ${outcome.outcome}`);
          return settle();
        },
      };
    },
  };
}

const slow: Script = { text: 'late', waitMs: 60_000 };

describe('gates', () => {
  it('know whether an attempt is at the last target of its chain', async () => {
    const attempts: unknown[] = [];
    const gate: Gate = {
      name: 'last',
      admit: ({ target, isLastTarget }) => void attempts.push([target, isLastTarget]),
    };
    const { majordomo } = world({ 'a/x': [{ fail: 'not-found' }], 'b/y': ['ok'] }, { gates: [gate] });
    await majordomo.model('a/x,b/y').generate(hi);
    expect(attempts).toEqual([
      ['a/x', false],
      ['b/y', true],
    ]);
  });

  it('are called in order and settled in reverse, once per attempt, before the response', async () => {
    const log: string[] = [];
    const { majordomo } = world(
      { 'a/x': [{ fail: 'server' }, 'ok'] },
      { gates: [spy('one', log), spy('two', log)] },
    );
    await majordomo.model('a/x').generate(hi);
    expect(log).toEqual([
      'one admits a/x#1',
      'two admits a/x#1',
      'two settles failed',
      'one settles failed',
      'one admits a/x#2',
      'two admits a/x#2',
      'two settles finished',
      'one settles finished',
    ]);
  });

  it('that deny fail fast, do not change health, and settle the earlier permits', async () => {
    const log: string[] = [];
    const closed: Gate = { name: 'closed', admit: () => ({ deny: 'not today', retryAfterMs: 60_000 }) };
    const { majordomo, requestCounts } = world(
      { 'a/x': ['a'], 'b/y': ['b'] },
      { gates: [spy('one', log), closed] },
    );
    const error = await failure(majordomo.model('a/x,b/y').generate(hi));
    expect(error).toMatchObject({
      kind: 'denied',
      message: 'gate "closed" denied a/x: not today',
      details: { retryAfterMs: 60_000 },
    });
    expect(error.details.attempts).toMatchObject([{ target: 'a/x', outcome: 'skipped' }]);
    expect(log).toEqual(['one admits a/x#1', 'one settles skipped']);
    expect(requestCounts.size).toBe(0);
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it('that deny with advance skip the target', async () => {
    const denyingGate: Gate = {
      name: 'budget',
      admit: ({ target }) => (target === 'a/x' ? { deny: 'too dear', advance: true } : undefined),
    };
    const { majordomo, events } = world({ 'a/x': ['a'], 'b/y': ['b'] }, { gates: [denyingGate] });
    expect((await majordomo.model('a/x,b/y').generate(hi)).target).toBe('b/y');
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'target-skipped', target: 'a/x', why: 'denied' }),
    );
  });

  it('are abandoned by an abort at once, and granted permits are settled', async () => {
    const log: string[] = [];
    const never: Gate = { name: 'never', admit: () => new Promise(() => undefined) };
    const { majordomo, requestCounts, clock } = world({ 'a/x': ['a'] }, { gates: [spy('one', log), never] });
    const controller = new AbortController();
    const answer = failure(majordomo.model('a/x').generate(hi, { signal: controller.signal }));
    await settled();
    controller.abort();
    expect((await answer).kind).toBe('aborted');
    expect(log).toEqual(['one admits a/x#1', 'one settles skipped']);
    expect([requestCounts.size, clock.pending()]).toEqual([0, 0]);
  });

  it.each<
    readonly [why: string, options: CallOptions, script: Script, end: readonly [string, true | undefined]]
  >([
    ['by a timeout of the call', { timeouts: { totalMs: 5 } }, slow, ['failed', true]],
    ['by a timeout of the attempt', { timeouts: { firstContentMs: 5 } }, slow, ['failed', true]],
    ['as the loser of a hedge', { hedgeAfterMs: 5 }, slow, ['abandoned', true]],
    ['by an abort', {}, slow, ['failed', true]],
    ['by its provider', {}, { fail: 'server' }, ['failed', undefined]],
  ])('receive whether majordomo ended the attempt: %s', async (_, options, script, end) => {
    const settled: (readonly [string, true | undefined])[] = [];
    const gate: Gate = {
      name: 'books',
      admit: ({ target }) => ({
        settle({ outcome, stopped }) {
          if (target === 'a/x') settled.push([outcome, stopped]);
        },
      }),
    };
    const { majordomo, clock } = world({ 'a/x': [script], 'b/y': ['ok'] }, { gates: [gate] });
    const caller = new AbortController();
    clock.timer(8, () => {
      caller.abort();
    });
    const signal = caller.signal;
    const call = majordomo.model('a/x,b/y').generate(hi, { attempts: 1, signal, ...options });
    void call.catch(() => undefined);
    await clock.advance(10);
    await call.catch(() => undefined);
    expect(settled).toEqual([end]);
  });

  it('receive no `stopped` if the call ended before the provider was called', async () => {
    const settled: Attempt[] = [];
    const caller = new AbortController();
    const gate: Gate = {
      name: 'books',
      admit() {
        caller.abort();
        return { settle: (outcome) => void settled.push(outcome) };
      },
    };
    const { majordomo, requestCounts } = world({ 'a/x': ['ok'] }, { gates: [gate] });
    await failure(majordomo.model('a/x').generate(hi, { signal: caller.signal }));
    expect([requestCounts.size, settled[0]?.stopped]).toEqual([0, undefined]);
  });

  it('delay the response by at most a second, and a settle that throws changes nothing', async () => {
    const log: string[] = [];
    const gates = [
      spy('stuck', log, () => new Promise(() => undefined)),
      spy('broken', log, () => {
        throw new Error('x');
      }),
    ];
    const { majordomo, clock } = world({ 'a/x': ['a'] }, { gates });
    const answer = majordomo.model('a/x').generate(hi);
    await clock.advance(1000);
    expect((await answer).text).toBe('a');
    expect(log.slice(2)).toEqual(['broken settles finished', 'stuck settles finished']);
  });

  it('settle a permit as skipped if the target was benched in the meantime', async () => {
    const log: string[] = [];
    const { majordomo, requestCounts } = world({ 'a/x': ['a'], 'b/y': ['b'] });
    const benching: Gate = {
      name: 'benching',
      admit({ target }) {
        if (target === 'a/x') majordomo.health.bench('a/x', 1000);
        return { settle: ({ outcome }) => void log.push(`${target} ${outcome}`) };
      },
    };
    const response = await majordomo
      .with({ gates: [benching] })
      .model('a/x,b/y')
      .generate(hi);
    expect([response.target, requestCounts.has('a/x')]).toEqual(['b/y', false]);
    expect(log).toEqual(['a/x skipped', 'b/y finished']);
  });

  it('of a view can be added to those of the majordomo', async () => {
    const { majordomo } = world({ 'a/x': ['a'] }, { gates: [requestLimit(1)] });
    const asked: string[] = [];
    const own: Gate = { name: 'own', admit: ({ target }) => void asked.push(target) };
    const model = majordomo.with({ gates: (gates) => [own, ...gates] }).model('a/x');
    await model.generate(hi);
    await expect(model.generate(hi)).rejects.toMatchObject({ kind: 'denied' });
    expect(asked).toEqual(['a/x', 'a/x']);
  });

  it('of one tenant do not affect others or the health', async () => {
    const { majordomo } = world({ 'a/x': ['a'] }, { gates: [requestLimit(2)] });
    const model = majordomo.model('a/x');
    for (const tenant of ['A', 'A']) await model.generate(hi, { tenant });
    expect((await failure(model.generate(hi, { tenant: 'A' }))).kind).toBe('denied');
    expect((await model.generate(hi, { tenant: 'B' })).text).toBe('a');
    expect(majordomo.health.snapshot()).toEqual({});
  });
});

/** Returns a gate that admits `limit` requests per tenant. */
function requestLimit(limit: number): Gate {
  const countByTenant = new Map<string, number>();
  return {
    name: 'requests',
    admit({ call: { tenant = 'none' } }) {
      const count = (countByTenant.get(tenant) ?? 0) + 1;
      if (count > limit) return { deny: `tenant ${tenant} has used its ${limit} requests` };
      countByTenant.set(tenant, count);
      return undefined;
    },
  };
}

describe('observers', () => {
  it('that throw or reject change nothing, like a hook around the attempts', async () => {
    const { majordomo } = world(
      { 'a/x': ['a'] },
      {
        onEvent: () => {
          throw new Error('observer');
        },
        around: () => {
          throw new Error('hook');
        },
      },
    );
    const response = await majordomo
      .model('a/x')
      .generate(hi, { onEvent: (() => Promise.reject(new Error('late'))) as unknown as () => void });
    expect(response.text).toBe('a');
  });

  it('around an attempt run during its first step', async () => {
    const log: string[] = [];
    const { majordomo } = world(
      {
        'a/x': [
          () => {
            log.push('sent');
            return 'a';
          },
        ],
      },
      {
        around: (attempt, run) => {
          log.push(`enter ${attempt.target}`);
          const result = run();
          log.push('leave');
          return result;
        },
      },
    );
    await majordomo.model('a/x').generate(hi);
    expect(log).toEqual(['enter a/x', 'sent', 'leave']);
  });

  it('receive no prompt, answer or credential except in the response', async () => {
    const { majordomo, events } = world({ 'a/x': [{ fail: 'server' }, 'answer'] });
    await majordomo
      .model('a/x')
      .generate({ messages: [user('the secret prompt')] }, { metadata: { run: 1 } });
    expect(JSON.stringify(events)).not.toContain('the secret prompt');
    expect(events.every((event) => event.call?.metadata['run'] === 1)).toBe(true);
  });
});

describe('a custom classifier', () => {
  it('determines the kind first', async () => {
    const { majordomo } = world(
      { 'a/x': [{ fail: 'auth' }], 'b/y': ['b'] },
      { chain: { classify: ({ kind }) => (kind === 'auth' ? 'quota' : undefined) } },
    );
    const response = await majordomo.model('a/x,b/y').generate(hi);
    expect(response.attempts.map(({ error }) => error?.kind)).toEqual(['quota', undefined]);
  });
});
