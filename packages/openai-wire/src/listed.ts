import { LlmError, type Capabilities, type ModelInfo } from '@majordomo/core';
import { asNumber, asRecord, isList } from '@majordomo/core/toolkit';

/**
 * The models of a `GET /models` body, `{ data: [...] }` or a bare list. Some servers tell the length of the context,
 * under one of three names; the rest is what is known of an id. Throws `protocol` for a body without a list.
 */
export function listedModels(
  body: unknown,
  provider: string,
  known: (modelId: string) => Capabilities,
): readonly ModelInfo[] {
  const list = isList(body) ? body : asRecord(body)['data'];
  if (!isList(list)) {
    throw new LlmError('protocol', `${provider} listed no models`, { target: provider, path: 'data' });
  }
  return list.map(asRecord).flatMap((listed) => {
    const { id, context_length, context_window, max_context_length } = listed;
    if (typeof id !== 'string') return [];
    const contextTokens =
      asNumber(context_length) ?? asNumber(context_window) ?? asNumber(max_context_length);
    const told = contextTokens === undefined ? undefined : { contextTokens };
    return [{ id, provider, capabilities: { ...known(id), ...told } }];
  });
}
