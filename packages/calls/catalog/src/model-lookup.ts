import type { CatalogModel, CatalogMatch } from './contract.ts';

/** Models of one vendor. */
export interface Models {
  get(id: string): CatalogModel | undefined;
  all(): readonly CatalogModel[];
}

/** Lookup of models by id, alias, or id with a date. */
export interface ModelLookup {
  readonly models: Models;
  find(id: string): CatalogMatch | undefined;
}

export function modelsIn(models: readonly CatalogModel[]): Models {
  const byId = new Map(models.map((model) => [model.id, model]));
  return { get: (id) => byId.get(id), all: () => models };
}

/** Matches a date at the end of an id, such as `-2025-04-14` or `-20250414`. */
const DATE_AT_END = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/;

export function modelLookup(models: Models): ModelLookup {
  const exactly = (id: string): CatalogMatch | undefined => {
    const model = models.get(id);
    if (model?.aliasOf === undefined) return model && { model, by: 'id' };
    const target = resolveAlias(model, models);
    return target && { model: target, by: 'alias' };
  };
  return {
    models,
    find(id) {
      const found = exactly(id);
      if (found !== undefined || !DATE_AT_END.test(id)) return found;
      const undated = exactly(id.replace(DATE_AT_END, ''));
      return undated && { model: undated.model, by: 'undated' };
    },
  };
}

/** Resolves chains of aliases. Returns `undefined` if an alias refers to an unknown model or is part of a cycle. */
function resolveAlias(alias: CatalogModel, models: Models): CatalogModel | undefined {
  const met = new Set<string>();
  let model: CatalogModel | undefined = alias;
  while (model?.aliasOf !== undefined) {
    if (met.has(model.id)) return undefined;
    met.add(model.id);
    model = models.get(model.aliasOf);
  }
  return model;
}
