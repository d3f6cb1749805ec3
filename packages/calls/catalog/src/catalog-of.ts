import type { Catalog, Override } from './contract.ts';
import { checkOverride, applyOverrides } from './override.ts';
import { modelsIn, modelLookup, type Models, type ModelLookup } from './model-lookup.ts';

/** Data of a catalog. The first lookup for a vendor loads the vendor's models. */
export interface Snapshot {
  readonly date: Catalog['date'];
  readonly sources: Catalog['sources'];
  readonly vendors: Catalog['vendors'];
  /** Loads the models of one vendor. */
  load(vendor: string): Promise<Models>;
}

/** Creates a catalog over a snapshot. Loads the models of each vendor once. If a load fails, the next lookup repeats the load. */
export function catalogOf(snapshot: Snapshot, overrides: readonly Override[] = []): Catalog {
  for (const override of overrides) checkOverride(override);
  const lookups = new Map<string, Promise<ModelLookup>>();
  const shipped = new Set(snapshot.vendors);
  const vendors = [...new Set([...snapshot.vendors, ...overrides.map(({ vendor }) => vendor)])];

  async function load(vendor: string): Promise<ModelLookup> {
    const models = shipped.has(vendor) ? await snapshot.load(vendor) : modelsIn([]);
    const own = overrides.filter((override) => override.vendor === vendor);
    return modelLookup(own.length === 0 ? models : modelsIn(applyOverrides(models.all(), own)));
  }

  function lookup(vendor: string): Promise<ModelLookup> {
    const known = lookups.get(vendor);
    if (known !== undefined) return known;
    const loading = load(vendor);
    // Do not store unknown vendors, because callers may pass any number of names.
    if (vendors.includes(vendor)) lookups.set(vendor, loading);
    loading.catch(() => lookups.delete(vendor));
    return loading;
  }

  return {
    date: snapshot.date,
    sources: snapshot.sources,
    vendors,
    find: async (vendor, id) => (await lookup(vendor)).find(id),
    models: async (vendor) => (await lookup(vendor)).models.all(),
    with: (more) => catalogOf(snapshot, [...overrides, ...more]),
  };
}
