import { LlmError } from '../contract/llm-error.ts';
import type { ModelContext, ModelInfo } from '../contract/provider.ts';
import type { Registry } from '../resolve/registry.ts';
import { ownSignal } from '../own-signal.ts';
import { checkCall } from './check-options.ts';

/** What a provider's backend lists. Throws `unsupported` where it cannot. */
export async function listed(
  id: string,
  registry: Registry,
  transport: Pick<ModelContext, 'env' | 'fetch' | 'headers'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly ModelInfo[]> {
  checkCall({ signal });
  if (typeof id !== 'string')
    throw new LlmError('config', 'listModels takes the id of a provider, which is a text');
  const provider = registry.provider(id, { spec: id, offset: 0 });
  if (provider.listModels === undefined) {
    throw new LlmError('unsupported', `${provider.id} cannot list its models`, { target: provider.id });
  }
  const own = ownSignal(signal);
  try {
    return await provider.listModels({ target: provider.id, signal: own.signal, ...transport });
  } finally {
    own.release();
  }
}
