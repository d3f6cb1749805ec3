import { priceAt, type Catalog, type CatalogModel, type Price } from '@majordomo/catalog';

/** Anybody may ask for a model of any name. */
const MAX_MODELS = 1000;

/** Models of the catalogue by what an attempt says of itself, kept once they were found. */
export class Prices {
  readonly date: string;
  private readonly catalog: Catalog;
  private readonly models = new Map<string, CatalogModel | undefined>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.date = catalog.date;
  }

  /** At once, but for the first time. */
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

/** What holds at an instant, in epoch ms. */
export const priceOf = (model: CatalogModel, at: number): Price | undefined => priceAt(model, new Date(at));
