import { NoSuchModelError, type LanguageModelV4, type ProviderV4 } from '@ai-sdk/provider';
import type { Majordomo } from '@majordomo/core';
import { checkOptions as checkKinds } from '@majordomo/core/toolkit';
import { toLanguageModel } from './language-model.ts';
import { checkOptions, type BridgeOptions } from './options.ts';

/** Provider of the AI SDK whose model ids are specs. */
export type AISDKProvider = ProviderV4 & ((spec: string) => LanguageModelV4);

/**
 * Returns a provider of the AI SDK with every spec of a majordomo as a model. Throws `config` for an invalid spec. The provider
 * has language models only. A request for a model of another type throws a `NoSuchModelError`.
 *
 * @example const ai = toAISDK(majordomo); await generateText({ model: ai('openai/gpt-5.4,anthropic/claude-opus-5'), prompt });
 */
export function toAISDK(majordomo: Majordomo, options: BridgeOptions = {}): AISDKProvider {
  checkOptions('toAISDK', options);
  checkKinds('toAISDK', { majordomo }, { majordomo: 'object with model' }, ['majordomo']);
  const languageModel = (spec: string): LanguageModelV4 => toLanguageModel(majordomo.model(spec), options);
  return Object.assign(languageModel.bind(undefined), {
    specificationVersion: 'v4' as const,
    languageModel,
    embeddingModel: (modelId: string) => noSuchModel(modelId, 'embeddingModel'),
    imageModel: (modelId: string) => noSuchModel(modelId, 'imageModel'),
  });
}

function noSuchModel(modelId: string, modelType: 'embeddingModel' | 'imageModel'): never {
  const message = `${modelType} "${modelId}": toAISDK provides language models only`;
  throw new NoSuchModelError({ modelId, modelType, message });
}
