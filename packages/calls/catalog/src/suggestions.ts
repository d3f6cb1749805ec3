import { systemClock, type Clock, type SuggestModel } from '@majordomo/core';
import { checkOptions, nearestName } from '@majordomo/core/toolkit';
import { catalog as shipped } from './catalog.ts';
import type { Catalog } from './contract.ts';

/** Options of `modelSuggestions`. */
export interface ModelSuggestionsOptions {
  /** Catalog with the names of models. @default the catalog of this package */
  readonly catalog?: Pick<Catalog, 'models'> | undefined;
  /** Clock for the current day. Models that have retired are not suggested. @default the system's clock */
  readonly clock?: Clock | undefined;
}

/**
 * Returns a function for the option `suggestModel` of `createMajordomo`. Errors of unknown models then name the most similar model
 * of the vendor. The catalog is read only for such an error.
 * @example createMajordomo({ providers, suggestModel: modelSuggestions() })
 */
export function modelSuggestions(options: ModelSuggestionsOptions = {}): SuggestModel {
  checkOptions('modelSuggestions', options, {
    catalog: 'object with models',
    clock: 'object with now',
  } as const);
  const { catalog = shipped, clock = systemClock } = options;
  return async (vendor, id) => {
    const today = new Date(clock.now()).toISOString().slice(0, 10);
    const models = await catalog.models(vendor);
    const ids = models
      .filter(({ retires }) => retires === undefined || retires > today)
      .map((model) => model.id);
    return ids.includes(id) ? id : nearestName(id, ids);
  };
}
