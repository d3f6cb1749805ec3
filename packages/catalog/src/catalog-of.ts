import type { Catalog, Override } from './contract.ts';
import { checkOverride, overridden } from './override.ts';
import { modelsIn, shelfOf, type Models, type Shelf } from './shelf.ts';

/** What a catalogue stands on: vendors whose models are loaded when they are asked for. */
export interface Snapshot {
  readonly date: Catalog['date'];
  readonly sources: Catalog['sources'];
  readonly vendors: Catalog['vendors'];
  /** Of one of these vendors. */
  load(vendor: string): Promise<Models>;
}

/** A catalogue over a snapshot. Every vendor is loaded once; a load that failed is tried again at the next look. */
export function catalogOf(snapshot: Snapshot, overrides: readonly Override[] = []): Catalog {
  for (const override of overrides) checkOverride(override);
  const shelves = new Map<string, Promise<Shelf>>();
  const shipped = new Set(snapshot.vendors);
  const vendors = [...new Set([...snapshot.vendors, ...overrides.map(({ vendor }) => vendor)])];

  async function load(vendor: string): Promise<Shelf> {
    const models = shipped.has(vendor) ? await snapshot.load(vendor) : modelsIn([]);
    const own = overrides.filter((override) => override.vendor === vendor);
    return shelfOf(own.length === 0 ? models : modelsIn(overridden(models.all(), own)));
  }

  function shelf(vendor: string): Promise<Shelf> {
    const known = shelves.get(vendor);
    if (known !== undefined) return known;
    const loading = load(vendor);
    // An unknown vendor is an empty shelf: what anybody may ask for is not kept.
    if (vendors.includes(vendor)) shelves.set(vendor, loading);
    loading.catch(() => shelves.delete(vendor));
    return loading;
  }

  return {
    date: snapshot.date,
    sources: snapshot.sources,
    vendors,
    find: async (vendor, id) => (await shelf(vendor)).find(id),
    models: async (vendor) => (await shelf(vendor)).models.all(),
    with: (more) => catalogOf(snapshot, [...overrides, ...more]),
  };
}
