import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ChatModel } from '@majordomo/core';
import { theirFinish } from '../finish.ts';
import { theirUsage } from '../usage.ts';
import { theirWarning } from '../warning.ts';
import { theirContent } from './content.ts';
import { theirError } from './error.ts';
import { metadataOf } from './metadata.ts';
import { checkOptions, type BridgeOptions } from './options.ts';
import { readCall } from './request.ts';
import { openStream } from './stream.ts';

/**
 * A chain wherever the AI SDK takes a model. Failover, retries and waits are the chain's: the AI SDK sees one request, and
 * an `APICallError` that it does not retry, with our `LlmError` as its cause, when no target was left. Of a stream, what fails
 * before the first content is thrown, what fails later is its error part.
 */
export function toLanguageModel(model: ChatModel, options: BridgeOptions = {}): LanguageModelV4 {
  checkOptions('toLanguageModel', options);
  return {
    specificationVersion: 'v4',
    provider: 'majordomo',
    modelId: model.spec,
    supportedUrls: {},

    async doGenerate(asked) {
      try {
        const { request, call, warnings } = readCall(asked, options);
        const response = await model.generate(request, call);
        return {
          content: response.parts.map(theirContent),
          finishReason: theirFinish(response.finish, response.rawFinish),
          usage: theirUsage(response.usage),
          warnings: [...warnings, ...response.warnings.map(theirWarning)],
          providerMetadata: await metadataOf(response, options),
          response: { modelId: response.target, ...(response.id === undefined ? {} : { id: response.id }) },
        };
      } catch (error) {
        throw theirError(error, model.spec, asked.abortSignal);
      }
    },

    async doStream(asked) {
      const failed = (error: unknown): unknown => theirError(error, model.spec, asked.abortSignal);
      try {
        const { request, call, warnings } = readCall(asked, options);
        return { stream: await openStream(model.stream(request, call), { warnings, options, failed }) };
      } catch (error) {
        throw failed(error);
      }
    },
  };
}
