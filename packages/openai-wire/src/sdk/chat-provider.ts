import type { Model, Provider } from '@majordomo/core';
import { chatReasoningFamily, sdkStream } from '@majordomo/core/provider';
import { bodyText } from './body.ts';
import { traitsOf, type Profile } from '../chat/profile.ts';
import { recoveryFor } from '../chat/recovery.ts';
import { refuseUnsupported, refuseVendorTools } from '../failure/refuse.ts';
import { toWire } from '../chat/request.ts';
import { ChatReader } from '../chat/stream.ts';
import type { ChatOptions, Sdk } from './client.ts';
import { endpointOf, type Drawing, type Endpoint, type Failed } from './connection.ts';
import { withImageModels } from './image-models.ts';

/**
 * A vendor of the Chat Completions wire, through an SDK of this wire. Nothing is loaded before the first
 * call. `drawing` adds image models over the same endpoint.
 */
export function chatProvider(sdk: Sdk, profile: Profile, options: ChatOptions, drawing?: Drawing): Provider {
  const id = options.id ?? profile.id;
  const endpoint = endpointOf(sdk, { ...profile, id }, options);
  return {
    spi: 1,
    id,
    ...withImageModels(drawing, endpoint, options.timeouts ?? profile.timeouts),
    model: (modelId) => chatModel(modelId, id, profile, options, endpoint),
    listModels: (context) =>
      endpoint.list(context, (modelId) => traitsOf(profile, modelId, options.quirks).capabilities),
  };
}

function chatModel(
  modelId: string,
  providerId: string,
  profile: Profile,
  options: ChatOptions,
  endpoint: Endpoint,
): Model {
  const { quirks, capabilities } = traitsOf(profile, modelId, options.quirks);
  const { signedDetails, reasoningReplay } = quirks;
  // Details are the upstream vendor's own: another vendor's model behind the same gateway cannot read them.
  const upstream = reasoningReplay === 'details' ? /^[^/]+(?=\/)/.exec(modelId)?.[0] : undefined;
  const family = chatReasoningFamily(providerId, endpoint.baseURL, upstream);
  return {
    id: modelId,
    wire: 'openai-chat',
    families: signedDetails === 'none' ? [family] : [family, signedDetails.family],
    capabilities,
    timeouts: options.timeouts ?? profile.timeouts,
    // No answer was ever seen to be too long for one body.
    whole: () => true,
    stream(request, context) {
      const { target } = context;
      const failed: Failed = { target, secrets: [] };
      const reader = new ChatReader({ target, family, quirks, secrets: () => failed.secrets });
      return sdkStream({
        context,
        reader,
        open(signal) {
          refuseUnsupported(request, capabilities, target);
          refuseVendorTools(request.extra, quirks, target);
          const stream = context.delivery === 'deltas';
          const { params, warnings, absences } = toWire(request, modelId, quirks, { stream, family });
          reader.warn(warnings);
          reader.restore(absences);
          failed.remedy = (failure, status) => recoveryFor(failure, status, params);
          return endpoint.post('/chat/completions', bodyText(params), { ...context, signal }, failed);
        },
        toLlmError: (error) => endpoint.toLlmError(error, failed),
      });
    },
  };
}
