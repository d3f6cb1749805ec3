import type { OtherModels, OtherModelsContext } from './models.ts';
import type { OtherModelsProfile } from './quirks.ts';
import type { Connection } from '../connection.ts';
import type { SdkOptions } from '../options.ts';
import type { Timeouts } from '@majordomo/core';

/** What is not chat over a connection, for packages that have some of it. */
export type CreateOtherModels = (place: OtherModelsContext) => OtherModels;

/** These members of a provider: their models take its timeouts. */
export function otherModelsOf(
  createOtherModels: CreateOtherModels | undefined,
  connection: Connection,
  profile: OtherModelsProfile & { readonly timeouts?: Timeouts | undefined },
  options: SdkOptions,
): OtherModels {
  if (createOtherModels === undefined) return {};
  const spaces = { ...profile.spaces, ...options.spaces };
  const isProfileServer = options.baseURL === undefined && options.client === undefined;
  const timeouts = options.timeouts ?? profile.timeouts;
  const models = createOtherModels({ connection, profile: { ...profile, spaces }, isProfileServer });
  const timed =
    <Backend extends object>(modelOf: (id: string) => Backend): ((id: string) => Backend) =>
    (id) => ({ timeouts, ...modelOf(id) });
  return {
    ...(models.imageModel && { imageModel: timed(models.imageModel) }),
    ...(models.embeddingModel && { embeddingModel: timed(models.embeddingModel) }),
    ...(models.transcriptionModel && { transcriptionModel: timed(models.transcriptionModel) }),
    ...(models.speechModel && { speechModel: timed(models.speechModel) }),
  };
}
