// Written by `pnpm --filter @majordomo/catalog refresh`: reviewed, never edited.
import { catalogOfVendor } from '../catalog-of-vendor.ts';
import type { Catalog } from '../contract.ts';
import { rows } from '../generated/deepseek.ts';

/** Catalog of this vendor only, for bundles. */
export const catalog: Catalog = /* @__PURE__ */ catalogOfVendor('deepseek', rows);
