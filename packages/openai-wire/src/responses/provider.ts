import type { Model, Provider } from '@majordomo/core';
import { responsesFamily } from '@majordomo/core/toolkit';
import { billingOf, EventWriter, sdkStream } from '@majordomo/wire-kit';
import { refuseUnsupported } from '../failure/unsupported.ts';
import { responsesTraitsOf, type ResponsesProfile } from './profile.ts';
import { recoveryFor } from './recovery.ts';
import { toWire } from './request.ts';
import { ResponsesReader } from './stream.ts';
import { bodyText } from '../body.ts';
import { checkSetUp } from '../check-options.ts';
import { connectionOf, type Connection } from '../connection.ts';
import type { SdkErrorContext } from '../errors.ts';
import { otherModelsOf, type CreateOtherModels } from '../other-models/provider.ts';
import type { ResponsesOptions } from '../options.ts';
import type { Sdk } from '../sdk.ts';

/**
 * A vendor of the Responses wire, through an SDK of this wire. Nothing is loaded before the first
 * call. `createOtherModels` adds image, embedding, transcription and speech models.
 */
export function responsesProvider(
  sdk: Sdk,
  profile: ResponsesProfile,
  options: ResponsesOptions,
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
    model: (modelId) => responsesModel(modelId, id, profile, options, connection),
    listModels: (context) =>
      connection.list(context, (modelId) => responsesTraitsOf(profile, modelId, options.quirks).capabilities),
  };
}

function responsesModel(
  modelId: string,
  providerId: string,
  profile: ResponsesProfile,
  options: ResponsesOptions,
  connection: Connection,
): Model {
  const { quirks, capabilities } = responsesTraitsOf(profile, modelId, options.quirks);
  const family = responsesFamily(profile.issuer ?? 'openai', originOf(connection.baseURL), providerId);
  return {
    id: modelId,
    wire: 'openai-responses',
    families: [family],
    capabilities,
    timeouts: options.timeouts ?? profile.timeouts,
    isNonStreaming: () => quirks.delivery === 'any',
    stream(request, context) {
      const { target } = context;
      const stream = context.delivery === 'deltas' || quirks.delivery === 'stream';
      const { params, warnings, absences } = toWire(request, modelId, quirks, { stream, family });
      const facts: SdkErrorContext = {
        target,
        request,
        secrets: [],
        recovery: (failure, status) => recoveryFor(failure, status, params, quirks),
      };
      const scribe = new EventWriter(target, []);
      scribe.warning(...warnings);
      return sdkStream({
        context,
        reader: new ResponsesReader({ scribe, family, absences, secrets: () => facts.secrets }),
        send(signal) {
          refuseUnsupported(request, capabilities, target);
          return connection.post('/responses', bodyText(params), { ...context, signal }, facts);
        },
        toLlmError: (error) => connection.toLlmError(error, facts),
      });
    },
  };
}

/** An address that is not a URL fails at the call, in the SDK's own words. */
const originOf = (baseURL: string): string => (URL.canParse(baseURL) ? new URL(baseURL).origin : baseURL);
