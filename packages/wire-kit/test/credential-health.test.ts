import { describe, expect, it } from 'vitest';
import {
  type CallEvent,
  createMajordomo,
  type ErrorKind,
  LlmError,
  type Majordomo,
  type Provider,
  user,
} from '@majordomo/core';
import { EventWriter } from '@majordomo/core/toolkit';
import { credentialSource } from '../src/credentials.ts';
import { failure } from './support/failure.ts';
import { manualClock } from './support/manual-clock.ts';

const hi = { messages: [user('hi')] };

/** One provider; what a key is worth says `ill`. */
function vendor(key: string, ill: Map<string, ErrorKind>, asked: string[]): Provider {
  const source = credentialSource(key, []);
  return {
    spi: 1,
    id: 'a',
    model: (id) => ({
      id,
      families: [],
      capabilities: {},
      async *stream(_request, context) {
        const value = await source.resolve(context);
        asked.push(value);
        const kind = ill.get(value);
        if (kind !== undefined) throw new LlmError(kind, `${context.target} said ${kind}`);
        const scribe = new EventWriter(context.target, []);
        scribe.text('ok');
        scribe.finish('stop', undefined, undefined);
        yield scribe.take();
      },
    }),
  };
}

function tenants(ill: Map<string, ErrorKind>): {
  readonly of: (key: string) => Majordomo;
  readonly asked: string[];
  readonly clock: ReturnType<typeof manualClock>;
} {
  const asked: string[] = [];
  const clock = manualClock();
  const chain = { attempts: 1, policy: { auth: { bench: true } } };
  const majordomo = createMajordomo({ providers: [], clock, random: () => 0, chain });
  return { asked, clock, of: (key) => majordomo.with({ providers: [vendor(key, ill, asked)] }) };
}

describe('a failure of a key', () => {
  it.each<ErrorKind>(['quota', 'rate-limit', 'auth'])('benches that key and no other: %s', async (kind) => {
    const { of, asked } = tenants(new Map([['spent', kind]]));
    const poor = of('spent').model('a/x');
    for (const _try of [1, 2]) await failure(poor.generate(hi, { whenAllBenched: 'fail' }));
    const sent = asked.length;
    const error = await failure(poor.generate(hi, { whenAllBenched: 'fail' }));
    expect([error.kind, error.details.code, asked.length]).toEqual([kind, 'credential-benched', sent]);
    expect((await of('rich').model('a/x').generate(hi)).text).toBe('ok');
  });

  it('leaves a call its own attempts, though it has benched the target and then the key', async () => {
    const said: (ErrorKind | undefined)[] = ['server', 'server', 'rate-limit', 'rate-limit', 'server'];
    const ill = { get: () => said.shift() } as unknown as Map<string, ErrorKind>;
    const { of, asked, clock } = tenants(ill);
    const answer = of('key')
      .model('a/x')
      .generate(hi, { attempts: 6, backoff: { baseMs: 0 } });
    await clock.advance(0);
    expect([(await answer).text, asked.length]).toEqual(['ok', 6]);
  });

  it('is seen in the snapshot by a hash, told to nobody, and comes back after its time', async () => {
    const ill = new Map<string, ErrorKind>([['spent', 'quota']]);
    const { of, clock } = tenants(ill);
    const majordomo = of('spent');
    const told: string[] = [];
    majordomo.health.onChange((target) => told.push(target));
    await failure(majordomo.model('a/x').generate(hi));
    const health = majordomo.health.snapshot()['a/x'];
    expect([health?.state, Object.values(health?.credentials ?? {})]).toMatchObject([
      'healthy',
      [{ state: 'benched' }],
    ]);
    expect([JSON.stringify(health).includes('spent'), told]).toEqual([false, []]);
    ill.clear();
    await clock.advance(5000);
    expect((await majordomo.model('a/x').generate(hi)).text).toBe('ok');
    expect(Object.values(majordomo.health.snapshot()['a/x']?.credentials ?? {})).toMatchObject([
      { state: 'healthy' },
    ]);
  });

  it('lets one call at a time try it early, as a benched target does', async () => {
    const ill = new Map<string, ErrorKind>([['spent', 'quota']]);
    const { of } = tenants(ill);
    const majordomo = of('spent');
    await failure(majordomo.model('a/x').generate(hi));
    ill.clear();
    expect((await majordomo.model('a/x').generate(hi)).text).toBe('ok');
  });

  it('that keeps a call away is told as a skip, until when included, and as the end of an attempt', async () => {
    const { of, clock } = tenants(new Map([['spent', 'quota']]));
    const majordomo = of('spent');
    await failure(majordomo.model('a/x').generate(hi));
    const events: CallEvent[] = [];
    const options = { whenAllBenched: 'fail', onEvent: (event: CallEvent) => events.push(event) } as const;
    await failure(majordomo.model('a/x').generate(hi, options));
    expect(events.map(({ type }) => type)).toEqual([
      'call-start',
      'attempt-start',
      'target-skipped',
      'attempt-end',
      'call-end',
    ]);
    expect(events[2]).toMatchObject({ target: 'a/x', why: 'benched', until: clock.now() + 5000 });
    expect(events[3]).toMatchObject({ attempt: 1, result: { target: 'a/x', outcome: 'skipped', ms: 0 } });
    expect(majordomo.health.snapshot()['a/x']?.state).toBe('healthy');
  });

  it('that is the target’s benches the target for all keys', async () => {
    const { of } = tenants(new Map([['one', 'server']]));
    for (const _try of [1, 2]) await failure(of('one').model('a/x').generate(hi));
    expect((await failure(of('two').model('a/x').generate(hi, { whenAllBenched: 'fail' }))).kind).toBe(
      'server',
    );
  });

  it('is a skip among the attempts, and the next target answers', async () => {
    const { of } = tenants(new Map([['spent', 'quota']]));
    const both = of('spent').with({
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
