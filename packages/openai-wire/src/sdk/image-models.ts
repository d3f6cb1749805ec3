import type { Provider, Timeouts } from '@majordomo/core';
import type { Drawing, Endpoint } from './connection.ts';

/** The member of a provider that has image models: they take its timeouts. */
export function withImageModels(
  drawing: Drawing | undefined,
  endpoint: Endpoint,
  timeouts: Timeouts | undefined,
): Pick<Provider, 'imageModel'> {
  if (drawing === undefined) return {};
  const draw = drawing(endpoint);
  return { imageModel: (modelId) => ({ timeouts, ...draw(modelId) }) };
}
