import type { Model, Provider } from '@majordomo/core';
import { responsesFamily } from '@majordomo/core/toolkit';
import type { Connection } from './connection.ts';
import type { ResponsesOptions } from './options.ts';
import type { CreateOtherModels } from './other-models.ts';
import { responsesTraits, type ResponsesProfile } from './profile.ts';
import { createProvider, streamCall } from './provider.ts';
import type { Sdk } from './sdk.ts';
import { recoveryFor } from './responses/recovery.ts';
import { toWire } from './responses/request.ts';
import { ResponsesReader } from './responses/stream.ts';

/**
 * Creates a provider of the Responses wire over an SDK. The SDK is loaded by the first call.
 *
 * @param otherModels adds image, embedding, transcription and speech models
 */
export const responsesProvider = (
  sdk: Sdk,
  profile: ResponsesProfile,
  options: ResponsesOptions,
  otherModels?: CreateOtherModels,
): Provider =>
  createProvider(
    sdk,
    profile,
    options,
    (modelId, providerId, connection) => responsesModel(modelId, providerId, profile, options, connection),
    otherModels,
  );

function responsesModel(
  modelId: string,
  providerId: string,
  profile: ResponsesProfile,
  options: ResponsesOptions,
  connection: Connection,
): Model {
  const { quirks, capabilities } = responsesTraits(profile, modelId, options.quirks);
  const family = responsesFamily(profile.issuer ?? 'openai', originOf(connection.baseURL), providerId);
  return {
    id: modelId,
    wire: 'openai-responses',
    families: [family],
    capabilities,
    timeouts: options.timeouts ?? profile.timeouts,
    isNonStreaming: () => quirks.delivery === 'any',
    stream(request, context) {
      const stream = context.delivery === 'deltas' || quirks.delivery === 'stream';
      const wireRequest = toWire(request, modelId, quirks, { stream, family });
      return streamCall({
        connection,
        path: '/responses',
        request,
        context,
        capabilities,
        wireRequest,
        createReader: (reader) => new ResponsesReader({ ...reader, family }),
        recovery: (failure, status) => recoveryFor(failure, status, wireRequest.params, quirks),
      });
    },
  };
}

const originOf = (baseURL: string): string => (URL.canParse(baseURL) ? new URL(baseURL).origin : baseURL);
