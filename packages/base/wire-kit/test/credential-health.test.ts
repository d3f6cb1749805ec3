import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type CallEvent,
  createMajordomo,
  type ErrorKind,
  LlmError,
  type Majordomo,
  type Provider,
  user,
} from '@majordomo/core';
import { failureOf } from '@majordomo/test-support';
import { credentialSource } from '../src/credentials.ts';
import { keyedProvider } from './support/keyed-provider.ts';

const hi = { messages: [user('hi')] };

/** Provider whose keys fail with the kinds in `failures`. */
function vendor(key: string, failures: Map<string, ErrorKind>, usedKeys: string[]): Provider {
  return keyedProvider(credentialSource(key, []), (value, { target }) => {
    usedKeys.push(value);
    const kind = failures.get(value);
    if (kind !== undefined) throw new LlmError(kind, `${target} failed with ${kind}`);
    return 'ok';
  });
}

function tenants(failures: Map<string, ErrorKind>): {
  readonly tenant: (key: string) => Majordomo;
  readonly usedKeys: string[];
} {
  const usedKeys: string[] = [];
  const chain = { attempts: 1, policy: { auth: { bench: true } } };
  const majordomo = createMajordomo({ providers: [], random: () => 0, chain });
  return { usedKeys, tenant: (key) => majordomo.with({ providers: [vendor(key, failures, usedKeys)] }) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a failure of a key', () => {
  it.each<ErrorKind>(['quota', 'rate-limit', 'auth'])('benches only that key: %s', async (kind) => {
    const { tenant, usedKeys } = tenants(new Map([['spent', kind]]));
    const poorModel = tenant('spent').model('a/x');
    for (const _try of [1, 2]) await failureOf(poorModel.generate(hi, { whenAllBenched: 'fail' }));
    const sent = usedKeys.length;
    const error = await failureOf(poorModel.generate(hi, { whenAllBenched: 'fail' }));
    expect([error.kind, error.details.code, usedKeys.length]).toEqual([kind, 'credential-benched', sent]);
    expect((await tenant('rich').model('a/x').generate(hi)).text).toBe('ok');
  });

  it.each<ErrorKind>(['quota', 'rate-limit', 'auth'])(
    'does not bench other keys: %s of its source',
    async (kind) => {
      const { tenant } = tenants(new Map());
      const exhausted = (): never => {
        throw new LlmError(kind, 'the quota of the plan is used up', { retryAfterMs: 3_600_000 });
      };
      for (const source of [credentialSource(exhausted, []), credentialSource(undefined, ['KEY'])]) {
        const majordomo = tenant('rich').with({ providers: [keyedProvider(source, () => 'ok')] });
        for (const _try of [1, 2, 3]) await failureOf(majordomo.model('a/x').generate(hi));
        expect((await tenant('rich').model('a/x').generate(hi, { whenAllBenched: 'fail' })).text).toBe('ok');
      }
    },
  );

  it('does not use up the attempts of a call when it benches the target and then the key', async () => {
    const kinds: (ErrorKind | undefined)[] = ['server', 'server', 'rate-limit', 'rate-limit', 'server'];
    const failures = { get: () => kinds.shift() } as unknown as Map<string, ErrorKind>;
    const { tenant, usedKeys } = tenants(failures);
    const answer = tenant('key')
      .model('a/x')
      .generate(hi, { attempts: 6, backoff: { baseMs: 0 } });
    await vi.advanceTimersByTimeAsync(0);
    expect([(await answer).text, usedKeys.length]).toEqual(['ok', 6]);
  });

  it('appears in the snapshot under a hash, emits no change, and ends after its time', async () => {
    const failures = new Map<string, ErrorKind>([['spent', 'quota']]);
    const { tenant } = tenants(failures);
    const majordomo = tenant('spent');
    const changes: string[] = [];
    majordomo.health.onChange((target) => changes.push(target));
    await failureOf(majordomo.model('a/x').generate(hi));
    const health = majordomo.health.snapshot()['a/x'];
    expect([health?.state, Object.values(health?.credentials ?? {})]).toMatchObject([
      'healthy',
      [{ state: 'benched' }],
    ]);
    expect([JSON.stringify(health).includes('spent'), changes]).toEqual([false, []]);
    failures.clear();
    await vi.advanceTimersByTimeAsync(5000);
    expect((await majordomo.model('a/x').generate(hi)).text).toBe('ok');
    expect(Object.values(majordomo.health.snapshot()['a/x']?.credentials ?? {})).toMatchObject([
      { state: 'healthy' },
    ]);
  });

  it('allows one call at a time to probe it early', async () => {
    const failures = new Map<string, ErrorKind>([['spent', 'quota']]);
    const { tenant } = tenants(failures);
    const majordomo = tenant('spent');
    await failureOf(majordomo.model('a/x').generate(hi));
    failures.clear();
    expect((await majordomo.model('a/x').generate(hi)).text).toBe('ok');
  });

  it('is reported as a skipped attempt with its end', async () => {
    const { tenant } = tenants(new Map([['spent', 'quota']]));
    const majordomo = tenant('spent');
    await failureOf(majordomo.model('a/x').generate(hi));
    const events: CallEvent[] = [];
    const options = { whenAllBenched: 'fail', onEvent: (event: CallEvent) => events.push(event) } as const;
    await failureOf(majordomo.model('a/x').generate(hi, options));
    expect(events.map(({ type }) => type)).toEqual([
      'call-start',
      'attempt-start',
      'target-skipped',
      'attempt-end',
      'call-end',
    ]);
    expect(events[2]).toMatchObject({ target: 'a/x', why: 'benched', until: Date.now() + 5000 });
    expect(events[3]).toMatchObject({ attempt: 1, result: { target: 'a/x', outcome: 'skipped', ms: 0 } });
    expect(majordomo.health.snapshot()['a/x']?.state).toBe('healthy');
  });

  it('benches the target for all keys if the target failed', async () => {
    const { tenant } = tenants(new Map([['one', 'server']]));
    for (const _try of [1, 2]) await failureOf(tenant('one').model('a/x').generate(hi));
    expect((await failureOf(tenant('two').model('a/x').generate(hi, { whenAllBenched: 'fail' }))).kind).toBe(
      'server',
    );
  });

  it('skips the target among the attempts, and the next target responds', async () => {
    const { tenant } = tenants(new Map([['spent', 'quota']]));
    const both = tenant('spent').with({
      providers: [
        vendor('spent', new Map([['spent', 'quota']]), []),
        { ...vendor('k', new Map(), []), id: 'b' },
      ],
    });
    await both.model('a/x,b/y').generate(hi);
    const { attempts } = await both.model('a/x,b/y').generate(hi);
    expect(attempts.map(({ target, outcome }) => `${target} ${outcome}`)).toEqual([
      'a/x skipped',
      'b/y finished',
    ]);
  });
});
