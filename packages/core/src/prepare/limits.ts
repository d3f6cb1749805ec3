import type { Capabilities } from '../contract/capabilities.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { Warning } from '../contract/response.ts';

/** Clamps what is above the model's limits and drops what it does not know, with a warning each. */
export function clampLimits(
  { maxTokens, reasoning }: ChatRequest,
  capabilities: Capabilities,
): { readonly limits: Pick<ChatRequest, 'maxTokens' | 'reasoning'>; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const cap = capabilities.maxOutputTokens;
  const tooMany = cap !== undefined && maxTokens !== undefined && maxTokens > cap;
  if (tooMany) {
    warnings.push({ action: 'coerced', what: 'maxTokens', why: `${maxTokens} is above the model's ${cap}` });
  }
  const cannotReason = capabilities.reasoning === false && reasoning !== undefined && reasoning !== 'none';
  if (cannotReason) warnings.push({ action: 'dropped', what: 'reasoning', why: 'the model does not reason' });
  const limits = { maxTokens: tooMany ? cap : maxTokens, reasoning: cannotReason ? undefined : reasoning };
  return { limits, warnings };
}
