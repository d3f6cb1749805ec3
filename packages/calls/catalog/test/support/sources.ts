import { catalogOf } from '../../src/catalog-of.ts';
import type { Catalog, CatalogModel, Price } from '../../src/contract.ts';
import { modelsIn } from '../../src/model-lookup.ts';
import type { CatalogDocument, CatalogEvent, LoadedData, LoadedSource } from '../../src/refresh.ts';

/** Price in USD per million. */
export const priceOf = (input: number, output: number, more: Partial<Price> = {}): Price => ({
  from: '2026-01-01',
  rates: { input: input * 1e6, output: output * 1e6 },
  sources: ['test'],
  trust: 'agreed',
  ...more,
});

export const modelOf = (id: string, ...prices: readonly Price[]): CatalogModel => ({
  vendor: 'openai',
  id,
  input: ['text'],
  output: ['text'],
  prices,
});

export const documentOf = (date: string, ...models: readonly CatalogModel[]): CatalogDocument => ({
  format: 'majordomo-catalog/1',
  date,
  sources: [{ name: 'test', date, licence: 'MIT' }],
  models,
});

/** Catalog of 2026-08-01 with the vendors openai and anthropic. */
export const baseOf = (...models: readonly CatalogModel[]): Catalog =>
  catalogOf({
    date: '2026-08-01',
    sources: [],
    vendors: ['openai', 'anthropic'],
    load: async (vendor) => modelsIn(models.filter((model) => model.vendor === vendor)),
  });

/** Source whose data the test sets. */
export function settableSource(
  first: unknown,
): LoadedSource & { data: unknown; calls: number; etags: unknown[] } {
  return {
    name: 'the source',
    data: first,
    calls: 0,
    etags: [],
    async load({ etag }): Promise<LoadedData> {
      this.calls++;
      this.etags.push(etag);
      return { data: this.data, etag: `v${this.calls}` };
    },
  };
}

export const messageOf = (event: CatalogEvent): string =>
  event.type === 'failed' ? event.error.message : event.type;
