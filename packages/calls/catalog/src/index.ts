// Models.
export { catalog } from './catalog.ts';
export type {
  Catalog,
  CatalogModel,
  CatalogMatch,
  Modality,
  Override,
  Price,
  Rate,
  Rates,
} from './contract.ts';

// Costs.
export { cacheEffect, type CacheEffect } from './cache-effect.ts';
export { costOf, type Cost, type CostOptions } from './cost.ts';
export { costOfResponse, sumCosts } from './cost-of-response.ts';
export { formatUsd } from './format-usd.ts';
export { maxCost } from './max-cost.ts';
export { costsMaximum, mayBeBilled } from './may-be-billed.ts';
export { priceAt } from './price-at.ts';

// Names of models.
export { modelSuggestions, type ModelSuggestionsOptions } from './suggestions.ts';

// Retirement of models.
export { modelNotices, noticeOf, type ModelNotice, type ModelNoticesOptions } from './notices.ts';
