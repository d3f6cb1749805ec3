import { catalogOf } from './catalog-of.ts';
import type { Catalog } from './contract.ts';
import { decodeModels } from './decode.ts';
import { DATE, SOURCES } from './generated/about.ts';

/** A catalogue of one vendor, whose chunk is there already; decoded when it is first asked. */
export const catalogOfVendor = (vendor: string, rows: string): Catalog =>
  catalogOf({
    date: DATE,
    sources: SOURCES,
    vendors: [vendor],
    load: async () => decodeModels(vendor, rows),
  });
