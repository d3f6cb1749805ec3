import { catalogOf } from './catalog-of.ts';
import type { Catalog } from './contract.ts';
import { decodeModels } from './decode.ts';
import { DATE, SOURCES } from './generated/about.ts';
import { CHUNKS } from './generated/chunks.ts';
import { modelsIn } from './model-store.ts';

/** Catalog of this version. For bundles, `@majordomo/catalog/<vendor>` contains a single vendor. */
export const catalog: Catalog = /* @__PURE__ */ catalogOf({
  date: DATE,
  sources: SOURCES,
  vendors: /* @__PURE__ */ Object.keys(CHUNKS),
  async load(vendor) {
    const chunk = await CHUNKS[vendor]?.();
    return chunk === undefined ? modelsIn([]) : decodeModels(vendor, chunk.rows);
  },
});
