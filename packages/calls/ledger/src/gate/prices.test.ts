import { catalog } from '@majordomo/catalog';
import { expect, it } from 'vitest';
import { Prices } from './prices.ts';

function setUp() {
  const found: string[] = [];
  const knownCatalog = catalog.with([{ vendor: 'acme', id: 'x', input: [], output: [], prices: [] }]);
  const prices = new Prices({
    ...knownCatalog,
    find: (vendor, id) => {
      found.push(`${vendor}/${id}`);
      return knownCatalog.find(vendor, id);
    },
  });
  return { prices, found };
}

it('looks up each model once, also one that does not exist', async () => {
  const { prices, found } = setUp();
  expect(await prices.model('acme', 'x')).toMatchObject({ id: 'x' });
  expect(prices.model('acme', 'x')).toMatchObject({ id: 'x' });
  expect(await prices.model('acme', 'none')).toBeUndefined();
  expect(prices.model('acme', 'none')).toBeUndefined();
  expect(found).toEqual(['acme/x', 'acme/none']);
});

it('looks up nothing without a vendor or a model', () => {
  const { prices, found } = setUp();
  expect([prices.model(undefined, 'x'), prices.model('acme', undefined), found]).toEqual([
    undefined,
    undefined,
    [],
  ]);
});

it('forgets all models when one beyond 1,000 is looked up', async () => {
  const { prices, found } = setUp();
  for (let id = 0; id < 1000; id++) await prices.model('acme', `m${id}`);
  void prices.model('acme', 'm0');
  expect(found).toHaveLength(1000);
  await prices.model('acme', 'x');
  await prices.model('acme', 'm0');
  void prices.model('acme', 'x');
  expect(found.slice(1000)).toEqual(['acme/x', 'acme/m0']);
});

it('has the date of the catalog', () => {
  expect(setUp().prices.date).toBe(catalog.date);
});

it('does not cache a model that it looked up before a refresh', async () => {
  const knownCatalog = catalog.with([{ vendor: 'acme', id: 'x', input: [], output: [], prices: [] }]);
  let resolveLookup = (_model: undefined): void => undefined;
  const slow = new Promise<undefined>((resolve) => (resolveLookup = resolve));
  const refreshable = { ...knownCatalog, find: (): Promise<undefined> => slow };
  const prices = new Prices(refreshable);
  const early = prices.model('acme', 'x');
  Object.assign(refreshable, { sources: [], find: knownCatalog.find.bind(knownCatalog) });
  // The first look-up after the refresh clears the cache.
  await prices.model('acme', 'y');
  resolveLookup(undefined);
  expect(await early).toBeUndefined();
  expect(await prices.model('acme', 'x')).toMatchObject({ id: 'x' });
});
