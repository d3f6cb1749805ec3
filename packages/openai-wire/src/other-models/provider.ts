import type { FurtherModels, FurtherPlace } from './models.ts';
import type { FurtherProfile } from './quirks.ts';
import type { Connection } from '../connection.ts';
import type { SdkOptions } from '../options.ts';
import type { Timeouts } from '@majordomo/core';

/** What is not chat over a connection, for packages that have some of it. */
export type Further = (place: FurtherPlace) => FurtherModels;

/** These members of a provider: their models take its timeouts. */
export function furtherOf(
  further: Further | undefined,
  connection: Connection,
  profile: FurtherProfile & { readonly timeouts?: Timeouts | undefined },
  options: SdkOptions,
): FurtherModels {
  if (further === undefined) return {};
  const spaces = { ...profile.spaces, ...options.spaces };
  const isOwnPlace = options.baseURL === undefined && options.client === undefined;
  const timeouts = options.timeouts ?? profile.timeouts;
  const models = further({ connection, profile: { ...profile, spaces }, isOwnPlace });
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
