import type { Provider } from '@majordomo/core';
import { mergeTimeouts, responsesFamily } from '@majordomo/core/toolkit';
import type { ResponsesOptions } from './options.ts';
import type { ReportedFailure } from './failure/reported-failure.ts';
import type { CreateOtherModels } from './other-models.ts';
import { responsesTraits, type ResponsesProfile } from './profile.ts';
import { createProvider, streamCall, type CreateModel } from './provider.ts';
import type { Sdk } from './sdk.ts';
import { recoveryFor } from './responses/recovery.ts';
import { toWire } from './responses/request.ts';
import { ResponsesReader } from './responses/stream.ts';

/**
 * Creates a provider that calls Responses through an SDK. The first call loads the SDK.
 *
 * @param otherModels creates the models for operations other than chat
 */
export const responsesProvider = (
  sdk: Sdk,
  profile: ResponsesProfile,
  options: ResponsesOptions,
  otherModels?: CreateOtherModels,
): Provider => createProvider(sdk, profile, options, responsesModel(profile, options), otherModels);

const responsesModel =
  (profile: ResponsesProfile, options: ResponsesOptions): CreateModel =>
  (modelId, providerId, connection, env) => {
    const { quirks, capabilities } = responsesTraits(profile, modelId, options.quirks);
    const origin = originOf(connection.baseURL(env));
    const family = responsesFamily(profile.issuer ?? 'openai', origin, providerId);
    return {
      id: modelId,
      wire: 'openai-responses',
      families: [family],
      capabilities,
      timeouts: mergeTimeouts(profile.timeouts, options.timeouts),
      isNonStreaming: () => quirks.delivery === 'any',
      stream(request, context) {
        // After some recoveries, `context.delivery` is `complete` although `isNonStreaming` returned false.
        const stream = context.delivery === 'deltas' || quirks.delivery === 'stream';
        const wireRequest = toWire(request, modelId, quirks, { stream, family });
        return streamCall({
          connection,
          path: '/responses',
          request,
          context,
          wireRequest,
          createReader: (reader) => new ResponsesReader({ ...reader, family }),
          recovery: (failure, status) => recoveryFor(failure, status, wireRequest.params, quirks, request),
          remedy: remedyFor,
        });
      },
    };
  };

/** Returns the remedy for a server that may not implement `/responses`: a 404 or 405 that names no model or item. */
const remedyFor = ({ code, message }: ReportedFailure, status: number): string | undefined =>
  (status === 404 || status === 405) && !/model|item|deployment/i.test(`${code ?? ''} ${message}`)
    ? "if the server does not implement /responses, set api to 'chat', or use a DSN with the scheme openai"
    : undefined;

const originOf = (baseURL: string): string => (URL.canParse(baseURL) ? new URL(baseURL).origin : baseURL);
