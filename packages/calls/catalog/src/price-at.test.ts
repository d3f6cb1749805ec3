import { expect, it } from 'vitest';
import type { CatalogModel, Price } from './contract.ts';
import { priceAt } from './price-at.ts';

const price = (from: string): Price => ({
  from,
  rates: { input: 1, output: 1 },
  sources: ['a'],
  trust: 'single',
});
const model = (...froms: readonly string[]): CatalogModel => ({
  vendor: 'acme',
  id: 'm',
  input: ['text'],
  output: ['text'],
  prices: froms.map(price),
});

it.each([
  ['2025-12-31T23:59:59.999Z', undefined],
  ['2026-01-01T00:00:00Z', '2026-01-01'],
  ['2026-05-31T23:59:59.999Z', '2026-01-01'],
  ['2026-06-01T00:00:00Z', '2026-06-01'],
  ['2030-01-01T00:00:00Z', '2026-06-01'],
])('returns, for %s, the price from %s on', (at, from) => {
  expect(priceAt(model('2026-01-01', '2026-06-01'), new Date(at))?.from).toBe(from);
  expect(priceAt(model('2026-06-01', '2026-01-01'), new Date(at))?.from).toBe(from);
});

it('adds the region factors of Claude, unless the price contains factors', () => {
  const claude = { ...model('2026-01-01'), vendor: 'anthropic' };
  const now = new Date('2026-02-01');
  expect(priceAt(claude, now)?.regions).toEqual({ us: 1.1 });
  expect(priceAt(model('2026-01-01'), now)?.regions).toBeUndefined();
  const own = { ...claude, prices: [{ ...price('2026-01-01'), regions: { us: 1.2 } }] };
  expect(priceAt(own, now)?.regions).toEqual({ us: 1.2 });
});

it('returns undefined for a model without prices and for an invalid time', () => {
  expect(priceAt(model(), new Date())).toBeUndefined();
  expect(priceAt(model('2026-01-01'), new Date(Number.NaN))).toBeUndefined();
});
