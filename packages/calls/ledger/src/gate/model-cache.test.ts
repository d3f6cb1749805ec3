import { catalog } from '@majordomo/catalog';
import { expect, it } from 'vitest';
import { ModelCache } from './model-cache.ts';

function setUp() {
  const found: string[] = [];
  const knownCatalog = catalog.with([{ vendor: 'acme', id: 'x', input: [], output: [], prices: [] }]);
  const models = new ModelCache({
    ...knownCatalog,
    find: (vendor, id) => {
      found.push(`${vendor}/${id}`);
      return knownCatalog.find(vendor, id);
    },
  });
  return { models, found };
}

it('looks up each model once, also one that does not exist', async () => {
  const { models, found } = setUp();
  expect(await models.model('acme', 'x')).toMatchObject({ id: 'x' });
  expect(models.model('acme', 'x')).toMatchObject({ id: 'x' });
  expect(await models.model('acme', 'none')).toBeUndefined();
  expect(models.model('acme', 'none')).toBeUndefined();
  expect(found).toEqual(['acme/x', 'acme/none']);
});

it('looks up nothing without a vendor or a model', () => {
  const { models, found } = setUp();
  expect([models.model(undefined, 'x'), models.model('acme', undefined), found]).toEqual([
    undefined,
    undefined,
    [],
  ]);
});

it('forgets all models when one beyond 1,000 is looked up', async () => {
  const { models, found } = setUp();
  for (let id = 0; id < 1000; id++) await models.model('acme', `m${id}`);
  void models.model('acme', 'm0');
  expect(found).toHaveLength(1000);
  await models.model('acme', 'x');
  await models.model('acme', 'm0');
  void models.model('acme', 'x');
  expect(found.slice(1000)).toEqual(['acme/x', 'acme/m0']);
});

it('has the date of the catalog', () => {
  expect(setUp().models.date).toBe(catalog.date);
});

it('does not cache a model that it looked up before a refresh', async () => {
  const knownCatalog = catalog.with([{ vendor: 'acme', id: 'x', input: [], output: [], prices: [] }]);
  let resolveLookup = (_model: undefined): void => undefined;
  const slow = new Promise<undefined>((resolve) => (resolveLookup = resolve));
  const refreshable = { ...knownCatalog, find: (): Promise<undefined> => slow };
  const models = new ModelCache(refreshable);
  const early = models.model('acme', 'x');
  Object.assign(refreshable, { sources: [], find: knownCatalog.find.bind(knownCatalog) });
  // The first look-up after the refresh clears the cache.
  await models.model('acme', 'y');
  resolveLookup(undefined);
  expect(await early).toBeUndefined();
  expect(await models.model('acme', 'x')).toMatchObject({ id: 'x' });
});
