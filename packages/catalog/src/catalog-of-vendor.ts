import { catalogOf } from './catalog-of.ts';
import type { Catalog } from './contract.ts';
import { decodeModels } from './decode.ts';
import { DATE, SOURCES } from './generated/about.ts';

/** Creates a catalogue of one vendor. Its models are decoded at the first look-up. */
export const catalogOfVendor = (vendor: string, rows: string): Catalog =>
  catalogOf({
    date: DATE,
    sources: SOURCES,
    vendors: [vendor],
    load: async () => decodeModels(vendor, rows),
  });
