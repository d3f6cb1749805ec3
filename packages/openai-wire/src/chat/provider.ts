import type { Model, Provider } from '@majordomo/core';
import { chatReasoningFamily } from '@majordomo/core/toolkit';
import { billingOf, EventWriter, sdkStream } from '@majordomo/wire-kit';
import { traitsOf, type Profile } from './profile.ts';
import { recoveryFor } from './recovery.ts';
import { toWire } from './request.ts';
import { ChatReader } from './stream.ts';
import { refuseUnsupported, refuseVendorTools } from '../failure/unsupported.ts';
import { bodyText } from '../body.ts';
import { checkSetUp } from '../check-options.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { SdkErrorContext } from '../errors.ts';
import { otherModelsOf, type CreateOtherModels } from '../other-models/provider.ts';
import type { ChatOptions } from '../options.ts';
import type { Sdk } from '../sdk.ts';

/**
 * A vendor of the Chat Completions wire, through an SDK of this wire. Nothing is loaded before the first
 * call. `createOtherModels` adds image, embedding, transcription and speech models.
 */
export function chatProvider(
  sdk: Sdk,
  profile: Profile,
  options: ChatOptions,
  createOtherModels?: CreateOtherModels,
): Provider {
  checkSetUp(profile, options);
  const id = options.id ?? profile.id;
  const connection = connectionOf(sdk, { ...profile, id }, options);
  return {
    spi: 1,
    id,
    ...billingOf(options, profile),
    ...otherModelsOf(createOtherModels, connection, profile, options),
    model: (modelId) => chatModel(modelId, id, profile, options, connection),
    listModels: (context) =>
      connection.list(context, (modelId) => traitsOf(profile, modelId, options.quirks).capabilities),
  };
}

function chatModel(
  modelId: string,
  providerId: string,
  profile: Profile,
  options: ChatOptions,
  connection: Connection,
): Model {
  const { quirks, capabilities } = traitsOf(profile, modelId, options.quirks);
  const { signedDetails, reasoningReplay } = quirks;
  // Details are the upstream vendor's own: another vendor's model behind the same gateway cannot read them.
  const upstream = reasoningReplay === 'details' ? /^[^/]+(?=\/)/.exec(modelId)?.[0] : undefined;
  const family = chatReasoningFamily(providerId, connection.baseURL, upstream);
  return {
    id: modelId,
    wire: 'openai-chat',
    families: signedDetails === 'none' ? [family] : [family, signedDetails.family],
    capabilities,
    timeouts: options.timeouts ?? profile.timeouts,
    // No answer was ever seen to be too long for one body.
    isNonStreaming: () => true,
    stream(request, context) {
      const { target } = context;
      const stream = context.delivery === 'deltas';
      const { params, warnings, absences } = toWire(request, modelId, quirks, { stream, family });
      const facts: SdkErrorContext = {
        target,
        request,
        secrets: [],
        recovery: (failure, status) => recoveryFor(failure, status, params, family),
      };
      const scribe = new EventWriter(target, []);
      scribe.warning(...warnings);
      return sdkStream({
        context,
        reader: new ChatReader({ scribe, family, quirks, absences, secrets: () => facts.secrets }),
        send(signal) {
          refuseUnsupported(request, capabilities, target);
          refuseVendorTools(request.extra, quirks, target);
          return connection.post('/chat/completions', bodyText(params), { ...context, signal }, facts);
        },
        toLlmError: (error) => connection.toLlmError(error, facts),
      });
    },
  };
}
