import type { Model, Provider } from '@majordomo/core';
import { responsesFamily, sdkStream } from '@majordomo/core/provider';
import { bodyText } from './body.ts';
import { refuseUnsupported } from '../failure/refuse.ts';
import { responsesTraitsOf, type ResponsesProfile } from '../responses/profile.ts';
import { recoveryFor } from '../responses/recovery.ts';
import { toWire } from '../responses/request.ts';
import { ResponsesReader } from '../responses/stream.ts';
import type { ResponsesOptions, Sdk } from './client.ts';
import { endpointOf, type Drawing, type Endpoint, type Failed } from './connection.ts';
import { withImageModels } from './image-models.ts';

/**
 * A vendor of the Responses wire, through an SDK of this wire. Nothing is loaded before the first
 * call. `drawing` adds image models over the same endpoint.
 */
export function responsesProvider(
  sdk: Sdk,
  profile: ResponsesProfile,
  options: ResponsesOptions,
  drawing?: Drawing,
): Provider {
  const id = options.id ?? profile.id;
  const endpoint = endpointOf(sdk, { ...profile, id }, options);
  return {
    spi: 1,
    id,
    ...withImageModels(drawing, endpoint, options.timeouts ?? profile.timeouts),
    model: (modelId) => responsesModel(modelId, id, profile, options, endpoint),
    listModels: (context) =>
      endpoint.list(context, (modelId) => responsesTraitsOf(profile, modelId, options.quirks).capabilities),
  };
}

function responsesModel(
  modelId: string,
  providerId: string,
  profile: ResponsesProfile,
  options: ResponsesOptions,
  endpoint: Endpoint,
): Model {
  const { quirks, capabilities } = responsesTraitsOf(profile, modelId, options.quirks);
  const family = responsesFamily(profile.issuer ?? 'openai', originOf(endpoint.baseURL), providerId);
  return {
    id: modelId,
    wire: 'openai-responses',
    families: [family],
    capabilities,
    timeouts: options.timeouts ?? profile.timeouts,
    whole: () => quirks.delivery === 'any',
    stream(request, context) {
      const { target } = context;
      const failed: Failed = { target, secrets: [] };
      const reader = new ResponsesReader({ target, family, secrets: () => failed.secrets });
      return sdkStream({
        context,
        reader,
        open(signal) {
          refuseUnsupported(request, capabilities, target);
          const stream = context.delivery === 'deltas' || quirks.delivery === 'stream';
          const { params, warnings, absences } = toWire(request, modelId, quirks, { stream, family });
          reader.warn(warnings);
          reader.restore(absences);
          failed.remedy = (failure, status) => recoveryFor(failure, status, params);
          return endpoint.post('/responses', bodyText(params), { ...context, signal }, failed);
        },
        toLlmError: (error) => endpoint.toLlmError(error, failed),
      });
    },
  };
}

/** An address that is none fails at the call, by the SDK's own words. */
const originOf = (baseURL: string): string => (URL.canParse(baseURL) ? new URL(baseURL).origin : baseURL);
