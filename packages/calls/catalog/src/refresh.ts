export { diffCatalogs } from './refresh/changes.ts';
export { catalogDocument } from './refresh/document.ts';
export { refreshed } from './refresh/refreshed.ts';
export type {
  CatalogChange,
  CatalogDocument,
  CatalogEvent,
  CatalogSource,
  CatalogStore,
  LoadedData,
  LoadedSource,
  ModelCounts,
  RefreshedCatalog,
  RefreshOptions,
  StoredCatalog,
} from './refresh/contract.ts';
