import { inspect } from 'node:util';
import { createLedger, type Ledger, type Limit, type LimitState } from '@majordomo/ledger';
import { createMajordomo, type CallInfo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { hi, NOON, setUpRouter } from './support/fixture.ts';

const DAY = 86_400_000;
const twoTargets = { 'a/x': {}, 'b/x': {} };
const presets = { m: { choose: ['a/x', 'b/x'] } };
const limit = (more: Partial<Limit> = {}): Limit => ({
  name: 'l',
  max: { requests: 100 },
  per: 'ever',
  ...more,
});
const whereA = { provider: ['a'] };

/** Creates a ledger that returns these states of its limits. */
const ledgerWith = (...states: readonly Partial<LimitState>[]): Ledger => ({
  ...createLedger(),
  state: () =>
    Promise.resolve(
      states.map((state) => ({
        limit: limit({ where: whereA }),
        key: '',
        used: 10n,
        held: 0n,
        left: 90n,
        resetsAt: undefined,
        emptyAt: undefined,
        ...state,
      })),
    ),
});

async function ledgerPart(state: Partial<LimitState>, call?: Partial<CallInfo>): Promise<number | undefined> {
  const { majordomo, router } = setUpRouter(twoTargets, presets, { ledger: ledgerWith(state) });
  const callInfo: CallInfo = { id: '1', spec: 'm', tenant: undefined, metadata: {}, ...call };
  const { candidates } = await router.plan('m', majordomo, { call: callInfo });
  expect(candidates.find(({ target }) => target === 'b/x')?.parts['ledger']).toBe(0);
  return candidates.find(({ target }) => target === 'a/x')?.parts['ledger'];
}

describe('a limit lowers the score by', () => {
  it.each<[string, Partial<LimitState>, number]>([
    ['nothing while 20 percent are left', { used: 80n, left: 20n }, 0],
    ['2.5 with 10 percent left', { used: 90n, left: 10n }, -2.5],
    ['reserved amounts like used ones', { used: 80n, held: 10n, left: 10n }, -2.5],
    ['the maximum if it is spent', { used: 100n, left: 0n }, -20],
    ['the maximum after an overrun', { used: 110n, left: -10n }, -20],
    ['12.5 if it will be empty within a day', { emptyAt: NOON + DAY }, -12.5],
    ['less within three days', { emptyAt: NOON + DAY + 1 }, -7.5],
    ['less at the end of three days', { emptyAt: NOON + 3 * DAY }, -7.5],
    ['still less after three days', { emptyAt: NOON + 3 * DAY + 1 }, -3.75],
    ['still less within a week', { emptyAt: NOON + 7 * DAY }, -3.75],
    ['nothing after that', { emptyAt: NOON + 7 * DAY + 1 }, 0],
    ['nothing if it resets before', { emptyAt: NOON + DAY, resetsAt: NOON + DAY }, 0],
    ['12.5 if it resets after', { emptyAt: NOON + DAY, resetsAt: NOON + DAY + 1 }, -12.5],
  ])('%s', async (_, state, expected) => {
    expect(await ledgerPart(state)).toBeCloseTo(expected);
  });

  it.each<[string, Partial<Limit>, string, Partial<CallInfo>, boolean]>([
    ['its provider', { where: { provider: ['a'] } }, '', {}, true],
    ['another provider', { where: { provider: ['c'] } }, '', {}, false],
    ['its vendor', { where: { vendor: ['vendor-a'] } }, '', {}, true],
    ['another vendor', { where: { vendor: ['vendor-c'] } }, '', {}, false],
    ['the counter of its vendor', { where: whereA, each: ['vendor'] }, 'vendor=vendor-a', {}, true],
    ['the counter of another vendor', { where: whereA, each: ['vendor'] }, 'vendor=vendor-b', {}, false],
    [
      'the counter of its two values',
      { where: whereA, each: ['tenant', 'vendor'] },
      'tenant=,vendor=vendor-a',
      {},
      true,
    ],
    [
      'a counter with one other value',
      { where: whereA, each: ['tenant', 'vendor'] },
      'tenant=t,vendor=vendor-a',
      {},
      false,
    ],
    [
      'all attempts, with an unnamed value in metadata',
      { where: whereA },
      '',
      { metadata: { '': 'x' } },
      true,
    ],
    [
      'the counter of a string in metadata',
      { where: whereA, each: ['n'] },
      'n=b',
      { metadata: { n: 'b' } },
      true,
    ],
    [
      'the counter of another string in metadata',
      { where: whereA, each: ['n'] },
      'n=',
      { metadata: { n: 'b' } },
      false,
    ],
    [
      'the counter of true in metadata',
      { where: whereA, each: ['is'] },
      'is=true',
      { metadata: { is: true } },
      true,
    ],
    [
      'the counter of a bigint in metadata',
      { where: whereA, each: ['n'] },
      'n=7',
      { metadata: { n: 7n } },
      true,
    ],
    ['the counter without metadata', { where: whereA, each: ['team'] }, 'team=', {}, true],
    ['its target', { where: { target: ['a/x'] } }, '', {}, true],
    ['another target of its provider', { where: { target: ['a/y'] } }, '', {}, false],
    ['the counter of its provider', { each: ['provider'] }, 'provider=a', {}, true],
    ['the counter of its target', { each: ['target'] }, 'target=a%2Fx', {}, true],
    [
      'the counter of this tenant',
      { where: whereA, each: ['tenant'] },
      'tenant=lab%201',
      { tenant: 'lab 1' },
      true,
    ],
    [
      'the counter of another tenant',
      { where: whereA, each: ['tenant'] },
      'tenant=other',
      { tenant: 'lab' },
      false,
    ],
    ['the counter without a tenant', { where: whereA, each: ['tenant'] }, 'tenant=', {}, true],
    ['only another tenant', { where: { tenant: ['lab'], provider: ['a'] } }, '', { tenant: 'x' }, false],
    [
      'the counter of a number in metadata',
      { where: whereA, each: ['team'] },
      'team=7',
      { metadata: { team: 7 } },
      true,
    ],
    [
      'the counter without a value, for an object in metadata',
      { where: whereA, each: ['team'] },
      'team=',
      { metadata: { team: {} } },
      true,
    ],
  ])('its penalty if it counts %s, otherwise nothing', async (_, more, key, call, isCounted) => {
    expect(await ledgerPart({ limit: limit(more), key, used: 100n, left: 0n }, call)).toBe(
      isCounted ? -20 : 0,
    );
  });

  it('its penalty with a counter per vendor for a target whose provider has no vendor', async () => {
    const provider = fakeProvider({ id: 'a', models: { x: ['hi'] } });
    const ledger = ledgerWith({ limit: limit({ each: ['vendor'] }), key: 'vendor=', used: 100n, left: 0n });
    const { router } = setUpRouter({}, { m: { choose: ['a/x'] } }, { ledger });
    const { candidates } = await router.plan('m', createMajordomo({ providers: [provider] }));
    expect(candidates[0]?.parts['ledger']).toBe(-20);
  });

  it.each<[string, Limit['max'], number]>([
    ['nothing for a limit of money', { usd: '1' }, 0],
    ['the maximum for a spent limit of requests', { requests: 100 }, -20],
  ])('%s for a target whose calls a plan includes', async (_, max, part) => {
    const ledger = ledgerWith({ limit: limit({ where: whereA, max }), used: 100n, left: 0n });
    const { majordomo, router } = setUpRouter(
      { 'a/x': { billing: 'included' } },
      { m: { choose: ['a/x'] } },
      { ledger },
    );
    expect((await router.plan('m', majordomo)).candidates[0]?.parts['ledger']).toBe(part);
  });

  it('the largest penalty of all limits that count the call', async () => {
    const ledger = ledgerWith({ left: 10n, used: 90n }, { emptyAt: NOON + DAY }, {});
    const { majordomo, router } = setUpRouter(twoTargets, presets, { ledger });
    const { candidates } = await router.plan('m', majordomo);
    expect(candidates.at(-1)?.parts['ledger']).toBe(-12.5);
  });
});

describe('a ledger', () => {
  it('with a spent limit moves the choice to another target', async () => {
    const limits: Limit[] = [limit({ max: { requests: 2 }, where: whereA, whenSpent: 'advance' })];
    const clock = setUpRouter(twoTargets, presets).clock;
    const ledger = createLedger({ limits, clock });
    const { majordomo, router } = setUpRouter(
      twoTargets,
      presets,
      { ledger, clock },
      { gates: [ledger.gate], clock },
    );
    const model = majordomo.model('m');
    expect((await model.generate(hi)).target).toBe('a/x');
    expect((await model.generate(hi)).target).toBe('a/x');
    await ledger.flush();
    await clock.advance(5000);
    expect((await router.plan('m', majordomo)).chain).toBe('b/x,a/x');
    const { target, attempts } = await model.generate(hi);
    expect([target, attempts.length]).toEqual(['b/x', 1]);
  });

  it('records the name that led to the target', async () => {
    const ledger = createLedger();
    const { majordomo } = setUpRouter(
      twoTargets,
      { outer: 'm', m: { choose: ['b/x'] } },
      { ledger },
      { gates: [ledger.gate] },
    );
    await majordomo.model('outer').generate(hi);
    await ledger.flush();
    const results: unknown[] = [];
    for await (const record of ledger.records()) results.push(record);
    expect(results).toMatchObject([{ target: 'b/x', name: 'm', outcome: 'finished' }]);
  });

  it('is read at most every five seconds', async () => {
    let requestCount = 0;
    const ledger = { ...createLedger(), state: () => (requestCount++, Promise.resolve([])) } as Ledger;
    const { majordomo, router, clock } = setUpRouter(twoTargets, presets, { ledger });
    await Promise.all(Array.from({ length: 20 }, () => router.plan('m', majordomo)));
    expect(requestCount).toBe(1);
    await clock.advance(4999);
    await router.plan('m', majordomo);
    expect(requestCount).toBe(1);
    await clock.advance(1);
    await router.plan('m', majordomo);
    expect(requestCount).toBe(2);
  });

  it.each<[string, () => unknown, string]>([
    ['rejects', () => Promise.reject(new Error('no disk')), 'no disk'],
    ['returns null', () => Promise.resolve(null), 'the returned value is not an array of limit states'],
    ...[
      7,
      null,
      {},
      { limit: {}, key: 7, used: 0n, held: 0n, left: 0n },
      { limit: {}, key: '', used: 0, held: 0n, left: 0n },
      { limit: {}, key: '', used: 0n, held: 0n },
      { limit: null, key: '', used: 0n, held: 0n, left: 0n },
      { key: '', used: 0n, held: 0n, left: 0n },
    ].map((state): [string, () => unknown, string] => [
      `returns the state ${inspect(state)}`,
      () => Promise.resolve([state]),
      'the returned value is not an array of limit states',
    ]),
    [
      'throws',
      () => {
        throw new Error('no disk');
      },
      'no disk',
    ],
  ])('that %s does not delay a plan, and is reported', async (_, state, why) => {
    const ledger = { ...createLedger(), state } as Ledger;
    const { majordomo, router } = setUpRouter(twoTargets, presets, { ledger });
    const { chain, warnings } = await router.plan('m', majordomo);
    expect(chain).toBe('a/x,b/x');
    expect(warnings).toContain(`the ledger could not be read: ${why}`);
  });

  it('that hangs is waited for 250 ms, once, and its last states apply', async () => {
    let isHanging = false;
    const workingLedger = ledgerWith({ left: 0n, used: 100n });
    const state: Ledger['state'] = () => (isHanging ? new Promise(() => undefined) : workingLedger.state());
    const { majordomo, router, clock } = setUpRouter(twoTargets, presets, {
      ledger: { ...workingLedger, state },
    });
    expect((await router.plan('m', majordomo)).chain).toBe('b/x,a/x');
    isHanging = true;
    await clock.advance(5000);
    const latePlan = router.plan('m', majordomo);
    await clock.advance(250);
    const { chain, warnings } = await latePlan;
    expect([chain, warnings.at(-1)]).toEqual([
      'b/x,a/x',
      'the ledger could not be read: no answer within 250 ms',
    ]);
    expect((await router.plan('m', majordomo)).chain).toBe('b/x,a/x');
    expect(clock.pending).toBe(0);
  });
});
