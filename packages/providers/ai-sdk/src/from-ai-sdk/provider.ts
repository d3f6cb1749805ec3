import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Model, Provider } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { streamEvents } from './answer.ts';

/** Options of `fromAISDK`. */
export interface FromAISDKOptions {
  /** Name of the provider in specs. */
  readonly id: string;
  /** Vendor in the catalog whose prices apply, such as `openai`. Without `vendor`, the cost is unknown. */
  readonly vendor?: string | undefined;
}

const KINDS: KindsOf<FromAISDKOptions> = {
  id: 'string',
  vendor: 'string',
};

/**
 * Returns a provider for models of the AI SDK. Calls `model` for each attempt. The AI SDK does not retry. The AI SDK's provider
 * determines the address, key and `fetch`. The member of `extra` whose name is `options.id` is sent as `providerOptions`.
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
    model: (modelId) => bridgedModel(modelId, `ai-sdk/${id}/${modelId}`, model),
  };
}

const bridgedModel = (id: string, family: string, model: (id: string) => LanguageModelV4): Model => ({
  id,
  families: [family],
  // Each package of the AI SDK uses its vendor's own feature for output schemas.
  capabilities: { output: 'native' },
  // For a caller that needs no deltas, `streamEvents` calls `doGenerate`.
  isNonStreaming: () => true,
  stream: (request, context) => streamEvents(() => model(id), { family, request, context }),
});
