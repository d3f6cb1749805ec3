import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ChatModel } from '@majordomo/core';
import { toSdkFinish } from '../finish.ts';
import { toSdkUsage } from '../usage.ts';
import { toSdkWarning } from '../warning.ts';
import { toSdkContent } from './content.ts';
import { toSdkError } from './error.ts';
import { metadataOf } from './metadata.ts';
import { checkOptions, type BridgeOptions } from './options.ts';
import { parseCall } from './request.ts';
import { openStream } from './stream.ts';

/**
 * Returns a chain as a model of the AI SDK. The chain retries and fails over. If no target is left, the call rejects with an
 * `APICallError` that the AI SDK does not retry, with the `LlmError` as its cause. If a stream fails before its first content,
 * the call throws. A later failure becomes an error part.
 */
export function toLanguageModel(model: ChatModel, options: BridgeOptions = {}): LanguageModelV4 {
  checkOptions('toLanguageModel', options);
  return {
    specificationVersion: 'v4',
    provider: 'majordomo',
    modelId: model.spec,
    // The AI SDK downloads every URL and passes the bytes.
    supportedUrls: {},

    async doGenerate(callOptions) {
      try {
        const { request, call, warnings } = parseCall(callOptions, options);
        const response = await model.generate(request, call);
        return {
          content: response.parts.map(toSdkContent),
          finishReason: toSdkFinish(response.finish, response.rawFinish),
          usage: toSdkUsage(response.usage),
          warnings: [...warnings, ...response.warnings.map(toSdkWarning)],
          providerMetadata: await metadataOf(response, options),
          response: { modelId: response.target, ...(response.id === undefined ? {} : { id: response.id }) },
        };
      } catch (error) {
        throw toSdkError(error, model.spec, callOptions.abortSignal);
      }
    },

    async doStream(callOptions) {
      const toError = (error: unknown): unknown => toSdkError(error, model.spec, callOptions.abortSignal);
      try {
        const { request, call, warnings } = parseCall(callOptions, options);
        return { stream: await openStream(model.stream(request, call), { warnings, options, toError }) };
      } catch (error) {
        throw toError(error);
      }
    },
  };
}
