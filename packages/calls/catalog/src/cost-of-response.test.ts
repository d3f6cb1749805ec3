import { LlmError, type Attempt, type ErrorKind, type Usage } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import { catalogOf } from './catalog-of.ts';
import { costOfResponse } from './cost-of-response.ts';
import { modelsIn } from './model-lookup.ts';

const emptyData = { date: '2026-07-02', sources: [], vendors: [], load: () => Promise.resolve(modelsIn([])) };
const price = {
  from: '2026-01-01',
  rates: { input: 2_000_000, output: 0 },
  sources: ['a'],
  trust: 'single',
} as const;
const higherPrice = { ...price, from: '2026-06-01', rates: { input: 4_000_000, output: 0 } };
const catalog = catalogOf(emptyData, [
  { vendor: 'acme', id: 'm', prices: [price, higherPrice] },
  {
    vendor: 'acme',
    id: 'chat',
    prices: [{ ...price, rates: { input: 2_000_000, output: 8_000_000 } }],
  },
  { vendor: 'acme', id: 'own', prices: [{ ...price, trust: 'override' }] },
]);

const usage = (input: number, reportedNanoUsd?: string): Usage => ({
  ...UNKNOWN_USAGE,
  input,
  output: 0,
  ...(reportedNanoUsd !== undefined && { details: { reportedNanoUsd } }),
});

const attempt = (more: Partial<Attempt>): Attempt => ({
  target: 'p/m',
  outcome: 'finished',
  error: undefined,
  usage: undefined,
  ms: 1,
  vendor: 'acme',
  model: 'm',
  ...more,
});

const costOfAll = (...attempts: readonly Partial<Attempt>[]) =>
  costOfResponse({ attempts: attempts.map(attempt) }, { catalog, at: new Date('2026-03-01') });

it('adds up the attempts with usage, including failed and abandoned ones', async () => {
  const cost = await costOfAll(
    { usage: usage(1), outcome: 'failed' },
    { usage: usage(10), outcome: 'abandoned' },
    { outcome: 'skipped' },
    { usage: usage(100) },
  );
  expect(cost).toEqual({ nanoUsd: 222_000n, basis: 'catalogue', missing: [] });
});

const failedWith = (text: string): Partial<Attempt> => {
  const partial = { id: undefined, target: 'p/m', text, usage: undefined };
  const parts = text === '' ? [] : [{ type: 'text', text } as const];
  return { outcome: 'failed', error: new LlmError('network', 'cut', { partial: { ...partial, parts } }) };
};

it('uses the price at the time of the response', async () => {
  const attempts = [attempt({ usage: usage(1) })];
  const at = new Date('2026-06-01');
  expect((await costOfResponse({ attempts }, { catalog, at })).nanoUsd).toBe(4000n);
});

it.each<readonly [what: string, unknown: Partial<Attempt>, why: string]>([
  ['no vendor', { vendor: undefined }, 'p/m: no price: the vendor is unknown'],
  ['another model', { model: 'x' }, 'p/m: no price: the catalog has no model "x" of acme'],
  ['a portion without a price', { usage: { ...usage(2), cacheRead: 1 } }, 'p/m: no price for cacheRead'],
])('is unknown, with the reason, for %s', async (_what, unknown, why) => {
  const cost = await costOfAll({ usage: usage(1) }, { usage: usage(1), ...unknown });
  expect(cost).toEqual({ nanoUsd: undefined, basis: 'unknown', missing: [why] });
});

it('is unknown if a finished attempt has no usage', async () => {
  const unknown = { nanoUsd: undefined, basis: 'unknown', missing: ['p/m: no usage'] };
  expect(await costOfAll({})).toEqual(unknown);
  expect(await costOfAll({ usage: usage(1), outcome: 'failed' }, {})).toEqual(unknown);
});

it('is 0 if the vendors bill no attempt', async () => {
  const free = { nanoUsd: 0n, basis: 'included', missing: [] };
  expect(await costOfAll()).toEqual(free);
  expect(await costOfAll({ outcome: 'skipped' }, failedAs('auth'))).toEqual(free);
  expect(await costOfAll({ ...failedAs('auth'), billing: 'included' })).toEqual(free);
});

it('is unknown if a vendor may bill an attempt without usage, also after an unbilled one that a plan covers', async () => {
  const unbilled = { ...failedAs('auth'), billing: 'included' } as const;
  expect(await costOfAll(unbilled, { outcome: 'skipped' }, failedAs('network'))).toEqual({
    nanoUsd: undefined,
    basis: 'unknown',
    missing: ['p/m: no usage for the failed attempt'],
  });
});

const failedAs = (kind: ErrorKind): Partial<Attempt> => ({
  outcome: 'failed',
  error: new LlmError(kind, 'failed'),
});

it.each<[string, Partial<Attempt>]>([
  ['with content but no usage', failedWith('Hel')],
  ['without usage', failedAs('network')],
  ['without any count of tokens', { ...failedAs('network'), usage: UNKNOWN_USAGE }],
  ['without a count of its output', { ...failedAs('network'), usage: { ...usage(3), output: undefined } }],
])('omits a failed attempt %s from the sum, and reports it', async (_, lost) => {
  expect(await costOfAll({ ...lost, model: 'chat' }, { usage: usage(100) })).toEqual({
    nanoUsd: 200_000n,
    basis: 'catalogue',
    missing: ['p/m: no usage for the failed attempt'],
  });
});

it.each<[string, Partial<Attempt>]>([
  ['that a plan includes', { ...failedWith('Hel'), billing: 'included' }],
  ['whose usage is known', { ...failedWith('Hel'), usage: usage(0) }],
  ['that is not billed', failedAs('auth')],
])('does not report an attempt %s', async (_, attempt) => {
  expect((await costOfAll(attempt, { usage: usage(100) })).missing).toEqual([]);
});

it.each<[string, Partial<Attempt>]>([
  ['an attempt without usage', { billing: 'included' }],
  ['a failed attempt', { ...failedAs('network'), billing: 'included' }],
])('is included if a plan covers %s', async (_, attempt) => {
  expect(await costOfAll(attempt)).toMatchObject({ nanoUsd: undefined, basis: 'included' });
});

it('adds up the known cost of a failed attempt whose output the vendor has not counted', async () => {
  const reported = {
    ...failedAs('network'),
    model: 'chat',
    usage: { ...usage(3, '1900'), output: undefined },
  };
  expect(await costOfAll(reported, { usage: usage(100) })).toMatchObject({ nanoUsd: 201_900n, missing: [] });
});

it('is unknown for a failed attempt that the vendor has counted only in units without a fee', async () => {
  const byUnit = { ...usage(0), output: undefined, details: { units: { 'audio-second': 3 } } };
  const cost = await costOfAll({ ...failedAs('network'), usage: byUnit });
  expect(cost).toMatchObject({ nanoUsd: undefined, basis: 'unknown' });
});

it('omits attempts that a subscription covers, and is included if it covers all', async () => {
  const included = { usage: usage(5), billing: 'included' } as const;
  expect(await costOfAll(included)).toEqual({ nanoUsd: undefined, basis: 'included', missing: [] });
  expect((await costOfAll(included, { usage: usage(1) })).nanoUsd).toBe(2000n);
});

it('has the least certain basis of its parts, and the sum of their differences', async () => {
  const reported = { usage: usage(1, '1900') };
  const overridden = { usage: usage(1), model: 'own' };
  expect(await costOfAll(reported)).toEqual({
    nanoUsd: 1900n,
    basis: 'reported',
    missing: [],
    driftNanoUsd: 100n,
  });
  expect((await costOfAll(reported, overridden)).basis).toBe('override');
  expect(await costOfAll(reported, overridden, { usage: usage(1) })).toEqual({
    nanoUsd: 5900n,
    basis: 'catalogue',
    missing: [],
    driftNanoUsd: 100n,
  });
});
