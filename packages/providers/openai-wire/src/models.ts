import { LlmError, type Capabilities, type ModelInfo } from '@majordomo/core';
import { asNumber, asRecord, isList } from '@majordomo/core/toolkit';

/**
 * Returns the models in the body of `GET /models`, which is `{ data: [...] }` or an array. Reads the context length under the
 * three names that servers use. Throws `protocol` for a body without an array.
 */
export function listedModels(
  body: unknown,
  provider: string,
  capabilitiesOf: (modelId: string) => Capabilities,
): readonly ModelInfo[] {
  const list = isList(body) ? body : asRecord(body)['data'];
  if (!isList(list)) {
    throw new LlmError('protocol', `${provider}: expected the model list to be an array; check baseURL`, {
      target: provider,
      path: 'data',
    });
  }
  return list.map(asRecord).flatMap((model) => {
    const { id, context_length, context_window, max_context_length } = model;
    if (typeof id !== 'string') return [];
    const contextTokens =
      asNumber(context_length) ?? asNumber(context_window) ?? asNumber(max_context_length);
    const context = contextTokens === undefined ? undefined : { contextTokens };
    return [{ id, provider, capabilities: { ...capabilitiesOf(id), ...context } }];
  });
}
