import { catalogOf } from './catalog-of.ts';
import type { Catalog } from './contract.ts';
import { decodeModels } from './decode.ts';
import { DATE, SOURCES } from './generated/about.ts';
import { CHUNKS } from './generated/chunks.ts';
import { modelsIn } from './model-lookup.ts';

/**
 * Catalog that this version of the package contains. For smaller bundles, import a single vendor from
 * `@majordomo/catalog/<vendor>`.
 */
export const catalog: Catalog = /* @__PURE__ */ catalogOf({
  date: DATE,
  sources: SOURCES,
  vendors: /* @__PURE__ */ Object.keys(CHUNKS),
  async load(vendor) {
    const chunk = await CHUNKS[vendor]?.();
    return chunk === undefined ? modelsIn([]) : decodeModels(vendor, chunk.rows);
  },
});
