import { image, LlmError, user, type CallEvent, type ChatRequest } from '@majordomo/core';
import { createLedger, type Ledger, type LimitState } from '@majordomo/ledger';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Needs, Preset } from '../src/index.ts';
import { NOON, setUpRouter } from './support/fixture.ts';

const TARGETS = ['a/x', 'b/x', 'c/x', 'd/x', 'e/x'] as const;
const PAIR = 'c/x,d/x';
const DAY = 86_400_000;

/** Number of random states. With SOAK=1, as in the nightly run, 1000. */
const RUNS = process.env['SOAK'] === undefined ? 200 : 1000;

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const rate = fc.integer({ min: 0, max: 20_000_000 });
const fake = fc.record({
  price: fc.oneof(fc.constant(undefined), fc.tuple(rate, rate)),
  facts: fc.record({
    contextTokens: optional(fc.constantFrom(500, 8000, 1_000_000)),
    tools: optional(fc.boolean()),
    reasoning: optional(fc.boolean()),
    structured: optional(fc.boolean()),
    retires: optional(fc.constantFrom('2026-11-20', '2026-11', '2027-01-01')),
  }),
  capabilities: fc.record({
    tools: optional(fc.boolean()),
    output: optional(fc.constantFrom(false, 'native')),
  }),
  billing: optional(fc.constant('included')),
});

const choose = fc.uniqueArray(fc.constantFrom(...TARGETS, 'pair', 'missing/x', 'nothing'), { minLength: 1 });
const needs: fc.Arbitrary<Needs> = fc.record({
  tools: optional(fc.boolean()),
  reasoning: optional(fc.boolean()),
  structured: optional(fc.boolean()),
  contextTokens: optional(fc.constantFrom(400, 100_000)),
  maxUsdPerCall: optional(fc.constantFrom('0', '0.01')),
});
const preset: fc.Arbitrary<Preset> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      choose,
      by: fc.constantFrom(
        'balanced',
        'cost-effective',
        'long-context',
        'research',
        { cost: 1, speed: 5, quality: 1 },
        undefined,
      ),
      most: optional(fc.integer({ min: 1, max: 5 })),
      needs: optional(needs),
      fallback: optional(fc.constantFrom('e/x', 'pair', 'a/x,b/x')),
    }) as fc.Arbitrary<Preset>,
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'a/x,pair',
      { spec: 'b/x', with: { seed: 1 } },
      () => 'pair,e/x',
      () => undefined,
    ),
  },
);
const health = fc.record({
  state: fc.constantFrom('healthy', 'benched', 'probing'),
  failures: fc.nat(2),
  benches: fc.nat(2),
  until: fc.constantFrom(undefined, NOON - 1, NOON + 60_000),
});
const limitState = fc.record({
  limit: fc
    .constantFrom(...TARGETS)
    .map(
      (target) => ({ name: 'l', max: { requests: 100 }, per: 'day', where: { target: [target] } }) as const,
    ),
  key: fc.constant(''),
  used: fc.bigInt(0n, 100n),
  held: fc.constant(0n),
  left: fc.bigInt(0n, 50n),
  resetsAt: fc.constant(NOON + DAY),
  emptyAt: optional(fc.integer({ min: NOON, max: NOON + 9 * DAY })),
}) as fc.Arbitrary<LimitState>;
const request: fc.Arbitrary<ChatRequest> = fc.record({
  messages: fc.constantFrom(
    [user('hi')],
    [user('debug this')],
    [user('word '.repeat(2000))],
    [user('what is it?', image(new Uint8Array([137, 80, 78, 71]), 'image/png'))],
  ),
  maxTokens: optional(fc.constantFrom(10, 4000)),
  tools: fc.constantFrom(undefined, [{ name: 't', description: '', parameters: { type: 'object' } }]),
});

const state = fc.record({
  fakes: fc.tuple(fake, fake, fake, fake, fake),
  preset,
  healths: fc.dictionary(fc.constantFrom(...TARGETS), health),
  history: fc.array(fc.tuple(fc.constantFrom(...TARGETS), fc.integer({ min: 10, max: 20_000 })), {
    maxLength: 8,
  }),
  quality: fc.dictionary(fc.constantFrom(...TARGETS, 'pair'), fc.double({ min: 0, max: 1, noNaN: true })),
  limits: fc.array(limitState, { maxLength: 3 }),
  request,
  override: fc.option(fc.constantFrom('d/x', 'pair', 'm', 'missing/y'), { nil: undefined, freq: 6 }),
  simple: fc.boolean(),
});

/** Targets of a call or plan, or the code of its failure. */
async function outcome(work: Promise<readonly string[]>): Promise<readonly string[] | string | undefined> {
  try {
    return await work;
  } catch (error) {
    if (LlmError.is(error, 'config')) return error.details.code ?? error.message;
    throw error;
  }
}

it('a plan has the targets or the failure of the call, in each of many random states', async () => {
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      state,
      async ({ fakes, preset: m, healths, history, quality, limits, request, override, simple }) => {
        const targets = Object.fromEntries(TARGETS.map((target, at) => [target, fakes[at]!]));
        const ledger: Ledger = { ...createLedger(), state: () => Promise.resolve(limits) };
        const { majordomo, router } = setUpRouter(
          targets as Parameters<typeof setUpRouter>[0],
          { m, pair: PAIR },
          { ledger, quality, simpleTurns: simple ? { use: 'b/x' } : undefined },
        );
        majordomo.health.restore(healths);
        history.forEach(([target, ms], at) => {
          const call = { id: String(at), spec: target, tenant: undefined, metadata: {} };
          router.onEvent({ type: 'committed', call, target, msToFirst: ms });
          const result = { target, outcome: 'finished', error: undefined, usage: undefined, ms } as const;
          router.onEvent({ type: 'attempt-end', call, attempt: 1, result });
        });
        const metadata = override === undefined ? {} : { model: override };
        const call = { id: 'plan', spec: 'm', tenant: undefined, metadata };

        const planned = await outcome(
          router.plan('m', majordomo, { request, call }).then(({ chain, reason }) => {
            kinds.set(reason, (kinds.get(reason) ?? 0) + 1);
            return [...new Set(chain.replaceAll('pair', PAIR).split(','))];
          }),
        );
        const called = await outcome(
          new Promise((resolve, reject) => {
            const onEvent = (event: CallEvent): void => {
              if (event.type === 'call-start' && event.targets.length > 0) resolve(event.targets);
            };
            majordomo.model('m').generate(request, { metadata, onEvent, attempts: 1 }).catch(reject);
          }),
        );
        expect(planned).toEqual(called);
        if (typeof planned === 'string') kinds.set(planned, (kinds.get(planned) ?? 0) + 1);
      },
    ),
    { numRuns: RUNS, seed: 20_261_121 },
  );
  // Each kind of result occurred several times.
  for (const kind of [
    'ranked',
    'preset',
    'rule',
    'override',
    'simple-turn',
    'fallback',
    'nothing-left',
    'unknown-name',
    'unknown-provider',
  ])
    expect(kinds.get(kind), kind).toBeGreaterThan(RUNS / 200);
}, 60_000);
