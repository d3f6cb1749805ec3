import type { Provider } from '@majordomo/core';
import { chatReasoningFamily, mergeTimeouts } from '@majordomo/core/toolkit';
import { rejectVendorTools } from './failure/unsupported.ts';
import type { ChatOptions } from './options.ts';
import type { CreateOtherModels } from './other-models.ts';
import { chatTraits, type Profile } from './profile.ts';
import { createProvider, streamCall, type CreateModel } from './provider.ts';
import type { Sdk } from './sdk.ts';
import { recoveryFor } from './chat/recovery.ts';
import { toWire } from './chat/request.ts';
import { ChatReader } from './chat/stream.ts';

/**
 * Creates a provider that calls Chat Completions through an SDK. The first call loads the SDK.
 *
 * @param otherModels creates the models for operations other than chat
 */
export const chatProvider = (
  sdk: Sdk,
  profile: Profile,
  options: ChatOptions,
  otherModels?: CreateOtherModels,
): Provider => createProvider(sdk, profile, options, chatModel(profile, options), otherModels);

const chatModel =
  (profile: Profile, options: ChatOptions): CreateModel =>
  (modelId, providerId, connection, env) => {
    const { quirks, capabilities } = chatTraits(profile, modelId, options.quirks);
    const { signedDetails, reasoningReplay } = quirks;
    // Models of another vendor behind the same gateway cannot read these `reasoning_details`.
    const upstream = reasoningReplay === 'details' ? /^[^/]+(?=\/)/.exec(modelId)?.[0] : undefined;
    const family = chatReasoningFamily(providerId, connection.baseURL(env), upstream);
    return {
      id: modelId,
      wire: 'openai-chat',
      families: signedDetails === 'none' ? [family] : [family, signedDetails.family],
      capabilities,
      timeouts: mergeTimeouts(profile.timeouts, options.timeouts),
      isNonStreaming: () => true,
      stream(request, context) {
        // Core requests deltas, or `complete` if the caller needs none and `isNonStreaming` permits it.
        const stream = context.delivery === 'deltas';
        const wireRequest = toWire(request, modelId, quirks, { stream, family });
        return streamCall({
          connection,
          path: '/chat/completions',
          request,
          context,
          wireRequest,
          createReader: (reader) => new ChatReader({ ...reader, family, quirks }),
          recovery: (failure, status) =>
            recoveryFor(failure, status, wireRequest.params, family, quirks, request),
          check: () => {
            rejectVendorTools(request.extra, quirks, context.target);
          },
        });
      },
    };
  };
