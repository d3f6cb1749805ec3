import type { Catalog, CatalogModel } from '@majordomo/catalog';

/** Maximum number of cached models, since callers can request any name. */
const MAX_MODELS = 1000;

/** Models of the catalogue by vendor and id, cached until a refreshed catalogue exchanges its data. */
export class Prices {
  private readonly catalog: Catalog;
  /** Sources of the data to which the cached models belong. */
  private sources: Catalog['sources'];
  private readonly models = new Map<string, CatalogModel | undefined>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.sources = catalog.sources;
  }

  /** ISO date of the data. */
  get date(): string {
    return this.catalog.date;
  }

  /** Returns a promise for the first look-up of a model only. */
  model(
    vendor: string | undefined,
    id: string | undefined,
  ): CatalogModel | undefined | Promise<CatalogModel | undefined> {
    if (vendor === undefined || id === undefined) return undefined;
    if (this.sources !== this.catalog.sources) {
      this.sources = this.catalog.sources;
      this.models.clear();
    }
    const key = `${vendor}/${id}`;
    return this.models.has(key) ? this.models.get(key) : this.find(key, vendor, id);
  }

  private async find(key: string, vendor: string, id: string): Promise<CatalogModel | undefined> {
    const { sources } = this;
    const found = await this.catalog.find(vendor, id);
    // The data may have been exchanged during the look-up.
    if (sources !== this.catalog.sources) return found?.model;
    if (this.models.size >= MAX_MODELS) this.models.clear();
    this.models.set(key, found?.model);
    return found?.model;
  }
}
