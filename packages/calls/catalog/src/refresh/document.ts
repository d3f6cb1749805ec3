import { LlmError } from '@majordomo/core';
import { isIsoDay, isRecord } from '@majordomo/core/toolkit';
import { catalogOf } from '../catalog-of.ts';
import type { Catalog, CatalogModel } from '../contract.ts';
import { modelsIn } from '../model-lookup.ts';
import { checkOverride } from '../override.ts';
import type { CatalogDocument } from './contract.ts';

export const FORMAT = 'majordomo-catalog/1';

/**
 * Returns all models of a catalog as a document.
 *
 * @param vendors vendors whose models are included; default: all
 */
export async function catalogDocument(
  catalog: Catalog,
  vendors: readonly string[] = catalog.vendors,
): Promise<CatalogDocument> {
  const { date, sources } = catalog;
  const models = await Promise.all(vendors.map((vendor) => catalog.models(vendor)));
  return { format: FORMAT, date, sources, models: models.flat() };
}

/** Returns a catalog of the models. For vendors that only `base` contains, the catalog contains the models of `base`. */
export function catalogOfModels(
  models: readonly CatalogModel[],
  { date, sources }: Pick<Catalog, 'date' | 'sources'>,
  base?: Catalog,
): Catalog {
  const byVendor = new Map<string, CatalogModel[]>();
  for (const model of models) {
    const own = byVendor.get(model.vendor);
    if (own === undefined) byVendor.set(model.vendor, [model]);
    else own.push(model);
  }
  return catalogOf({
    date,
    sources,
    vendors: [...new Set([...(base?.vendors ?? []), ...byVendor.keys()])],
    async load(vendor) {
      return modelsIn(byVendor.get(vendor) ?? (await base?.models(vendor)) ?? []);
    },
  });
}

/** Checks a document from a store or a source. Throws `protocol` with the path of an invalid property. */
export function checkDocument(value: unknown): CatalogDocument {
  const { format, date, sources, models } = (isRecord(value) ? value : {}) as Partial<CatalogDocument>;
  if (format !== FORMAT) throw invalid('format', `must be ${FORMAT}`);
  if (typeof date !== 'string' || !isIsoDay(date)) throw invalid('date', 'must be an ISO date, YYYY-MM-DD');
  if (!Array.isArray(sources)) throw invalid('sources', 'must be an array');
  if (!Array.isArray(models)) throw invalid('models', 'must be an array');
  for (const model of models as readonly CatalogModel[]) {
    if (!isRecord(model)) throw invalid('models', 'must contain only objects');
    checkModel(model);
    if (!Array.isArray(model.prices) || !Array.isArray(model.input) || !Array.isArray(model.output))
      throw invalid('models', `must have prices, input and output; add them to ${model.vendor}/${model.id}`);
  }
  return value as CatalogDocument;
}

/** Checks vendor, id and prices as those of an override. The document is data, so its errors are not `config`. */
function checkModel(model: CatalogModel): void {
  try {
    checkOverride(model);
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    throw new LlmError('protocol', error.message, error.details, { cause: error });
  }
}

const invalid = (path: string, problem: string): LlmError =>
  new LlmError('protocol', `${path} ${problem}`, { path });
