import { priceAt, type Catalog, type CatalogModel, type Price } from '@majordomo/catalog';

/** Maximum number of cached models, since callers can request any name. */
const MAX_MODELS = 1000;

/** Models of the catalogue by vendor and id, cached after the first look-up. */
export class Prices {
  readonly date: string;
  private readonly catalog: Catalog;
  private readonly models = new Map<string, CatalogModel | undefined>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.date = catalog.date;
  }

  /** Returns a promise for the first look-up of a model only. */
  model(
    vendor: string | undefined,
    id: string | undefined,
  ): CatalogModel | undefined | Promise<CatalogModel | undefined> {
    if (vendor === undefined || id === undefined) return undefined;
    const key = `${vendor}/${id}`;
    return this.models.has(key) ? this.models.get(key) : this.find(key, vendor, id);
  }

  private async find(key: string, vendor: string, id: string): Promise<CatalogModel | undefined> {
    const found = await this.catalog.find(vendor, id);
    if (this.models.size >= MAX_MODELS) this.models.clear();
    this.models.set(key, found?.model);
    return found?.model;
  }
}

/** Returns the price of a model at a time in epoch milliseconds. */
export const priceOf = (model: CatalogModel, at: number): Price | undefined => priceAt(model, new Date(at));
