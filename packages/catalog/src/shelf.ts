import type { CatalogModel, Found } from './contract.ts';

/** The models of one vendor, by their ids. */
export interface Shelf {
  readonly models: readonly CatalogModel[];
  find(id: string): Found | undefined;
}

/** `-2025-04-14` or `-20250414`. */
const DATE_AT_END = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/;

export function shelfOf(models: readonly CatalogModel[]): Shelf {
  const byId = new Map(models.map((model) => [model.id, model]));
  const exactly = (id: string): Found | undefined => {
    const model = byId.get(id);
    if (model?.aliasOf === undefined) return model && { model, by: 'id' };
    const target = standsFor(model, byId);
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

/** Aliases may name aliases; one that leads nowhere, or in a circle, stands for nothing. */
function standsFor(alias: CatalogModel, byId: ReadonlyMap<string, CatalogModel>): CatalogModel | undefined {
  let model: CatalogModel | undefined = alias;
  for (let hops = 0; model?.aliasOf !== undefined; hops++) {
    if (hops > byId.size) return undefined;
    model = byId.get(model.aliasOf);
  }
  return model;
}
