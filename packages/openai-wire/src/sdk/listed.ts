import { LlmError, type Capabilities, type ModelInfo } from '@majordomo/core';
import { isList } from '../chat/wire.ts';

/** One element of the list; anything of it may be missing. */
interface ListedModel {
  readonly id?: unknown;
  readonly context_length?: unknown;
  readonly context_window?: unknown;
  readonly max_context_length?: unknown;
}
type Listed = readonly (ListedModel | null)[];

/**
 * The models of a `GET /models` body, `{ data: [...] }` or a bare list. Some servers tell the length of the context,
 * under one of three names; the rest is what is known of an id. Throws `protocol` for a body without a list.
 */
export function listedModels(
  body: { readonly data?: Listed | null } | Listed | null,
  provider: string,
  known: (modelId: string) => Capabilities,
): readonly ModelInfo[] {
  const list = isList(body) ? body : body?.data;
  if (!isList(list)) {
    throw new LlmError('protocol', `${provider} listed no models`, { target: provider, path: 'data' });
  }
  return list.flatMap((listed) => {
    if (typeof listed?.id !== 'string') return [];
    const { id, context_length, context_window, max_context_length } = listed;
    const lengths = [context_length, context_window, max_context_length];
    const contextTokens = lengths.find((tokens): tokens is number => typeof tokens === 'number');
    const told = contextTokens === undefined ? undefined : { contextTokens };
    return [{ id, provider, capabilities: { ...known(id), ...told } }];
  });
}
