import type { SuggestModel } from '@majordomo/core';

/** Returns the most similar model of the vendor in the shipped catalog, which is loaded only for the error of an unknown model. */
export const suggestModel: SuggestModel = async (vendor, id) => {
  const { modelSuggestions } = await import('@majordomo/catalog');
  return modelSuggestions()(vendor, id);
};
