import type { Provider, Timeouts } from '@majordomo/core';
import type { Connection, ImageModels } from './connection.ts';

/** The member of a provider that has image models: they take its timeouts. */
export function withImageModels(
  imageModels: ImageModels | undefined,
  connection: Connection,
  timeouts: Timeouts | undefined,
): Pick<Provider, 'imageModel'> {
  if (imageModels === undefined) return {};
  const modelOf = imageModels(connection);
  return { imageModel: (modelId) => ({ timeouts, ...modelOf(modelId) }) };
}
