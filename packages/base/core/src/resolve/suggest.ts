import type { Clock } from '../types/call-options.ts';
import { type LlmError, withDetails } from '../types/llm-error.ts';
import type { SuggestModel } from '../types/majordomo.ts';
import type { Provider } from '../types/provider.ts';
import { abortable, withTimeout } from '../util/async.ts';

/** Maximum wait for a suggestion, in milliseconds. */
const SUGGEST_MS = 5000;

/** Returns the application's function with a limit of its time. Without it, a call without a time limit could wait without end. */
export const timeLimited =
  (suggest: SuggestModel, clock: Clock): SuggestModel =>
  async (vendor, id) =>
    withTimeout(Promise.resolve(suggest(vendor, id)), SUGGEST_MS, clock);

/**
 * Returns the error of an unknown model with a suggestion. Returns other errors, and an error without a suggestion, unchanged. After
 * an abort of the signal, does not wait for the suggestion.
 */
export async function withSuggestion(
  error: LlmError,
  { provider, modelId }: { readonly provider: Provider; readonly modelId: string },
  suggest: SuggestModel | undefined,
  signal: AbortSignal,
): Promise<LlmError> {
  if (error.kind !== 'not-found') return error;
  const suggestion = abortable(suggestionOf(provider, modelId, suggest), signal);
  const id = await suggestion.catch(() => undefined);
  if (id === undefined || id === modelId) return error;
  return withDetails(error, {}, `${error.message}; did you mean "${provider.id}/${id}"?`);
}

/**
 * Returns the target that a name without a provider may mean. A provider whose vendor has exactly this model takes precedence over
 * the others, whose order is that of `providers`.
 */
export async function suggestedTarget(
  name: string,
  providers: readonly Provider[],
  suggest: SuggestModel | undefined,
): Promise<string | undefined> {
  let similar: string | undefined;
  for (const provider of providers) {
    const id = await suggestionOf(provider, name, suggest);
    if (id === name) return `${provider.id}/${id}`;
    if (id !== undefined) similar ??= `${provider.id}/${id}`;
  }
  return similar;
}

async function suggestionOf(
  { vendor }: Provider,
  id: string,
  suggest: SuggestModel | undefined,
): Promise<string | undefined> {
  if (vendor === undefined) return undefined;
  try {
    return await suggest?.(vendor, id);
  } catch {
    // The caller needs the error of the model, and not the failure of a hint.
    return undefined;
  }
}
