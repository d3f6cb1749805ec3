import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Model, Provider } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { answerSteps } from './answer.ts';

/** How models of the AI SDK stand in a chain. */
export interface FromAISDKOptions {
  /** The name before the slash of a spec. */
  readonly id: string;
  /** Whose prices and facts hold, in the catalogue's words, such as `openai`. Default: unknown. */
  readonly vendor?: string | undefined;
}

const KINDS: KindsOf<FromAISDKOptions> = {
  id: 'string',
  vendor: 'string',
};

/**
 * Any provider of the AI SDK as one of ours: `model` is asked for a model at the first call of each attempt, and never retried
 * by the AI SDK. Address, key and `fetch` are those that the provider was made with. What `extra` has under `id` goes out as
 * `providerOptions`.
 *
 * @example fromAISDK(createMistral(), { id: 'mistral' })
 */
export function fromAISDK(model: (id: string) => LanguageModelV4, options: FromAISDKOptions): Provider {
  checkOptions('fromAISDK', { model }, { model: 'function' }, ['model']);
  checkOptions('fromAISDK', options, KINDS, ['id']);
  const { id, vendor } = options;
  return {
    spi: 1,
    id,
    ...(vendor === undefined ? {} : { vendor }),
    model: (modelId) => bridged(modelId, `ai-sdk/${id}/${modelId}`, model),
  };
}

const bridged = (id: string, family: string, model: (id: string) => LanguageModelV4): Model => ({
  id,
  families: [family],
  // Each of their packages finds its vendor's way to keep to a schema.
  capabilities: { output: 'native' },
  isNonStreaming: () => true,
  stream: (request, context) => answerSteps(() => model(id), { family, request, context }),
});
