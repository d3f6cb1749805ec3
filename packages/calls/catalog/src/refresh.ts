/**
 * Refreshes of a catalog from public sources and the vendors' lists of models, and the differences between two catalogs.
 * @module
 */
export { diffCatalogs } from './refresh/changes.ts';
export { catalogDocument } from './refresh/document.ts';
export { refreshed } from './refresh/refreshed.ts';
export type {
  CatalogChange,
  CatalogDocument,
  CatalogEvent,
  CatalogSource,
  LoadedData,
  LoadedSource,
  ModelCounts,
  RefreshedCatalog,
  RefreshOptions,
} from './refresh/contract.ts';
export type { RecordStore } from '@majordomo/records';
