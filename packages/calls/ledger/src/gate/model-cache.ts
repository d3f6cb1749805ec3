import type { Catalog, CatalogModel } from '@majordomo/catalog';

/** Maximum number of cached models. Callers can request any name, so the number of names is not bounded. */
const MAX_MODELS = 1000;

/** Cache of the models of the catalog. It is cleared when the catalog is refreshed. */
export class ModelCache {
  private readonly catalog: Catalog;
  /** Sources of the catalog data from which the models were cached. A refresh replaces the array. */
  private sources: Catalog['sources'];
  private readonly models = new Map<string, CatalogModel | undefined>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.sources = catalog.sources;
  }

  /** ISO date of the catalog data. */
  get date(): string {
    return this.catalog.date;
  }

  /** Returns a model; `undefined` if the catalog does not contain it. Returns a promise only if the model is not cached. */
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
    // If the catalog was refreshed during the look-up, do not cache the result.
    if (sources !== this.catalog.sources) return found?.model;
    if (this.models.size >= MAX_MODELS) this.models.clear();
    this.models.set(key, found?.model);
    return found?.model;
  }
}
