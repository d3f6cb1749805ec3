import fc from 'fast-check';
import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { catalogOf, type Snapshot } from './catalog-of.ts';
import type { CatalogModel, Override, Price } from './contract.ts';
import { modelsIn, type Models } from './model-lookup.ts';

const price: Price = { from: '2026-01-01', rates: { input: 1, output: 2 }, sources: ['a'], trust: 'single' };
const model = (id: string, more: Partial<CatalogModel> = {}): CatalogModel => ({
  vendor: 'acme',
  id,
  input: ['text', 'image'],
  output: ['text'],
  prices: [price],
  ...more,
});

function snapshotOf(models: readonly CatalogModel[], fails = 0): { snapshot: Snapshot; loads: string[] } {
  const loads: string[] = [];
  const load = (vendor: string): Promise<Models> => {
    loads.push(vendor);
    return loads.length <= fails ? Promise.reject(new Error('gone')) : Promise.resolve(modelsIn(models));
  };
  return { snapshot: { date: '2026-07-02', sources: [], vendors: ['acme', 'zeta'], load }, loads };
}

describe('find', () => {
  const catalog = catalogOf(
    snapshotOf([
      model('m'),
      model('m-latest', { aliasOf: 'm' }),
      model('d-2025-04-14'),
      model('lost', { aliasOf: 'gone' }),
      model('e-latest', { aliasOf: 'd-2025-04-14' }),
      model('newest', { aliasOf: 'm-latest' }),
      model('snake', { aliasOf: 'tail' }),
      model('tail', { aliasOf: 'snake' }),
    ]).snapshot,
  );

  it.each([
    ['m', 'm', 'id'],
    ['m-latest', 'm', 'alias'],
    ['newest', 'm', 'alias'],
    ['m-2026-01-02', 'm', 'undated'],
    ['m-20260102', 'm', 'undated'],
    ['m-latest-20260102', 'm', 'undated'],
    ['d-2025-04-14', 'd-2025-04-14', 'id'],
  ])('returns %s as %s, by its %s', async (id, target, by) => {
    const found = await catalog.find('acme', id);
    expect([found?.model.id, found?.by]).toEqual([target, by]);
  });

  it.each([
    'M',
    'm-',
    'm-2026',
    'm-0613',
    'm-2026-01',
    'd',
    'd-2025-04-15',
    'lost',
    'snake',
    'constructor',
    '',
    'm-2026-01-02-2026-01-02',
  ])('returns undefined for %j', async (id) => {
    expect(await catalog.find('acme', id)).toBeUndefined();
  });

  it('returns a model only for its vendor', async () => {
    expect(await catalog.find('other', 'm')).toBeUndefined();
    expect(await catalog.find('constructor', 'm')).toBeUndefined();
    expect(await catalog.models('other')).toEqual([]);
  });
});

describe('loading', () => {
  it('happens once per vendor, at the first lookup', async () => {
    const { snapshot, loads } = snapshotOf([model('m')]);
    const catalog = catalogOf(snapshot);
    expect(loads).toEqual([]);
    await Promise.all([catalog.find('acme', 'm'), catalog.models('acme'), catalog.find('acme', 'm')]);
    expect(loads).toEqual(['acme']);
    await catalog.find('other', 'm');
    expect(loads).toEqual(['acme']);
  });

  it('is repeated after a failure', async () => {
    const { snapshot } = snapshotOf([model('m')], 1);
    const catalog = catalogOf(snapshot);
    await expect(catalog.find('acme', 'm')).rejects.toThrow('gone');
    expect((await catalog.find('acme', 'm'))?.model.id).toBe('m');
  });
});

describe('with overrides', () => {
  const { snapshot } = snapshotOf([model('m'), model('m-latest', { aliasOf: 'm' })]);
  const catalog = catalogOf(snapshot);

  it('a new model has text as input and output', async () => {
    const extended = catalog.with([{ vendor: 'own', id: 'x', prices: [price] }]);
    expect(extended.vendors).toEqual(['acme', 'zeta', 'own']);
    expect(await extended.find('own', 'x')).toEqual({
      model: { vendor: 'own', id: 'x', input: ['text'], output: ['text'], prices: [price] },
      by: 'id',
    });
    expect(catalog.vendors).toEqual(['acme', 'zeta']);
    expect(await catalog.find('own', 'x')).toBeUndefined();
  });

  it('one property changes, by the last override, and the others stay unchanged', async () => {
    const changed = catalog
      .with([{ vendor: 'acme', id: 'm', contextTokens: 1, tools: undefined }])
      .with([{ vendor: 'acme', id: 'm', contextTokens: 2 }]);
    expect((await changed.find('acme', 'm'))?.model).toEqual({ ...model('m'), contextTokens: 2 });
  });

  it('an alias with a price becomes a separate model', async () => {
    const cheaper = { ...price, rates: { input: 0, output: 0 } };
    const changed = catalog.with([{ vendor: 'acme', id: 'm-latest', prices: [cheaper] }]);
    const found = await changed.find('acme', 'm-latest');
    expect(found).toEqual({ model: model('m-latest', { prices: [cheaper] }), by: 'id' });
  });

  it('an alias can be added', async () => {
    const changed = catalog.with([{ vendor: 'acme', id: 'mine', aliasOf: 'm' }]);
    expect(await changed.find('acme', 'mine')).toEqual({ model: model('m'), by: 'alias' });
  });

  it.each<readonly [prices: Price, message: RegExp]>([
    [
      { ...price, rates: { input: 1.5, output: 1 } },
      /the rate of prices\[0\]\.rates\.input of acme\/m is 1\.5/,
    ],
    [
      { ...price, rates: { input: 1, output: -1 } },
      /the rate of prices\[0\]\.rates\.output of acme\/m is -1/,
    ],
    [
      { ...price, rates: { input: 1 } as never },
      /prices\[0\]\.rates\.output of acme\/m: the value is missing/,
    ],
    [{ ...price, from: 'soon' }, /prices\[0\]\.from of acme\/m: "soon" is not an ISO date/],
    [{ ...price, from: '2026-13-45' }, /"2026-13-45" is not an ISO date/],
    [{ ...price, from: '2026-02-31' }, /"2026-02-31" is not an ISO date/],
    [{ ...price, from: '2026-02-31T10:00:00Z' }, /"2026-02-31T10:00:00Z" is not an ISO date/],
    [{ ...price, tiers: { batch: { input: NaN } } }, /prices\[0\]\.tiers\.batch\.input of acme\/m is NaN/],
    [{ ...price, fees: { request: -5 } }, /the fee of prices\[0\]\.fees\.request of acme\/m is -5/],
    [
      { ...price, above: [{ inputTokens: 0, rates: price.rates }] },
      /above\[0\]\.inputTokens of acme\/m: expected a positive integer, got 0/,
    ],
    [
      { ...price, above: [{ inputTokens: 5, rates: { input: 0.1, output: 1 } }] },
      /above\[0\]\.rates\.input .+ is 0\.1/,
    ],
  ])('an invalid price is rejected with its path: %#', (wrong, message) => {
    const override: Override = { vendor: 'acme', id: 'm', prices: [wrong] };
    expect(() => catalog.with([override])).toThrow(message);
    expect(() => catalog.with([override])).toThrow(LlmError);
  });

  it('a price with values of any type is accepted, or rejected with its path', () => {
    const member = fc.oneof(fc.jsonValue(), fc.constant(price.rates), fc.constant('2026-01-01'));
    const shape = fc.dictionary(fc.constantFrom('from', 'rates', 'above', 'tiers', 'fees'), member);
    fc.assert(
      fc.property(fc.oneof(shape, fc.jsonValue()), (wrong) => {
        for (const prices of [wrong, [wrong], [{ ...price, ...(wrong as object) }]]) {
          try {
            catalog.with([{ vendor: 'acme', id: 'm', prices } as unknown as Override]);
          } catch (error) {
            expect(String(error)).toMatch(/LlmError: (?:config: )?.*prices/);
          }
        }
      }),
      { seed: 20_261_121 },
    );
  });

  it('an override requires a vendor and a model', () => {
    expect(() => catalog.with([{ id: 'm' } as Override])).toThrow('vendor of an override');
    expect(() => catalog.with([{ vendor: '', id: 'm' }])).toThrow('the value must be a non-empty string');
    expect(() => catalog.with([{ vendor: 'acme', id: '' }])).toThrow('the value must be a non-empty string');
  });
});
