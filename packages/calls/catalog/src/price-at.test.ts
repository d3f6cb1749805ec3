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

it('returns undefined for a model without prices and for an invalid time', () => {
  expect(priceAt(model(), new Date())).toBeUndefined();
  expect(priceAt(model('2026-01-01'), new Date(Number.NaN))).toBeUndefined();
});
