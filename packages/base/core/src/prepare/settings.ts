import type { Capabilities } from '../types/provider.ts';
import type { ChatRequest, Effort } from '../types/request.ts';
import type { Warning } from '../types/response.ts';

/** All reasoning efforts, from the weakest to the strongest. */
export const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Reduces `maxTokens` to the model's limit and drops an unsupported `reasoning`, each with a warning. */
export function clampLimits(
  { maxTokens, reasoning }: ChatRequest,
  capabilities: Capabilities,
): { readonly limits: Pick<ChatRequest, 'maxTokens' | 'reasoning'>; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const cap = capabilities.maxOutputTokens;
  const isTooHigh = cap !== undefined && maxTokens !== undefined && maxTokens > cap;
  if (isTooHigh) {
    warnings.push({ action: 'coerced', what: 'maxTokens', why: `${maxTokens} is above the model's ${cap}` });
  }
  const cannotReason = capabilities.reasoning === false && reasoning !== undefined && reasoning !== 'none';
  if (cannotReason) warnings.push({ action: 'dropped', what: 'reasoning', why: 'the model does not reason' });
  const limits = { maxTokens: isTooHigh ? cap : maxTokens, reasoning: cannotReason ? undefined : reasoning };
  return { limits, warnings };
}

const NOTHING: Readonly<Record<string, unknown>> = {};

/** Merges the members of `extra` for a wire with those for a provider. The provider's members take precedence. */
export function pickExtra(
  extra: ChatRequest['extra'],
  wire: string | undefined,
  providerId: string,
): Readonly<Record<string, unknown>> {
  if (extra === undefined) return NOTHING;
  return { ...(wire === undefined ? undefined : extra[wire]), ...extra[providerId] };
}

/** Settings that few wires support. A provider that supports none of them passes this list to `unsentSettingWarnings`. */
export const RARE_SETTINGS = ['reasoningSummary', 'verbosity', 'endUser'] as const;

/** Settings that some wires do not have. */
export const OPTIONAL_SETTINGS = [
  'maxTokens',
  'temperature',
  'topP',
  'topK',
  'frequencyPenalty',
  'presencePenalty',
  'logprobs',
  'stop',
  'seed',
  'serviceTier',
  'cache',
  'reasoningSummary',
  'verbosity',
  'endUser',
] as const;

/** Setting that some wires do not have. */
export type OptionalSetting = (typeof OPTIONAL_SETTINGS)[number];
