import { catalogOf } from './catalog-of.ts';
import type { Catalog } from './contract.ts';
import { decodeModels } from './decode.ts';
import { DATE, SOURCES } from './generated/about.ts';

/** Creates a catalog of one vendor. The first lookup decodes the vendor's models. */
export const catalogOfVendor = (vendor: string, rows: string): Catalog =>
  catalogOf({
    date: DATE,
    sources: SOURCES,
    vendors: [vendor],
    load: async () => decodeModels(vendor, rows),
  });
