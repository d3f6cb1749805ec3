import { catalogOf } from './catalog-of.ts';
import type { Catalog } from './contract.ts';
import { SNAPSHOT } from './generated/snapshot.ts';

/** The snapshot that this version ships. `@majordomo/catalog/<vendor>` has one vendor alone, for bundles. */
export const catalog: Catalog = catalogOf(SNAPSHOT);
