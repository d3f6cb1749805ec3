import type { Capabilities } from '../types/provider.ts';
import type { ChatRequest, Effort, ModelRequest } from '../types/request.ts';
import type { Warning } from '../types/response.ts';

const strength = (effort: Effort): number => EFFORTS.indexOf(effort);

/**
 * The word for an effort among those that a model knows: the next stronger one, else its strongest. `max`, which knows no
 * bounds, is for who asks for it. Another word than the asked one is told.
 *
 * @param known in any order
 */
export function nearestEffort<Known extends Effort>(
  asked: Effort,
  known: readonly Known[],
  warnings: Warning[],
): Known | undefined {
  const bounded = asked === 'max' ? known : known.filter((word) => word !== 'max');
  const words = bounded.toSorted((a, b) => strength(a) - strength(b));
  const found = words.find((word) => strength(word) >= strength(asked)) ?? words.at(-1);
  if (found === undefined || found === asked) return found;
  const why = `this model takes ${words.join(', ')}`;
  warnings.push({ action: 'coerced', what: `reasoning "${asked}" to ${found}`, why });
  return found;
}

const EVERY: Readonly<Record<Effort, true>> = {
  none: true,
  minimal: true,
  low: true,
  medium: true,
  high: true,
  xhigh: true,
  max: true,
};

/** Every effort, weakest first. */
export const EFFORTS = Object.keys(EVERY) as readonly Effort[];

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

const NOTHING: Readonly<Record<string, unknown>> = {};

/** What the caller adds for this target: the wire's entries first, then the provider's own over them. */
export function pickExtra(
  extra: ChatRequest['extra'],
  wire: string | undefined,
  providerId: string,
): Readonly<Record<string, unknown>> {
  if (extra === undefined) return NOTHING;
  return { ...(wire === undefined ? undefined : extra[wire]), ...extra[providerId] };
}

/** Settings of a request that not every wire has. */
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
] as const;

/** One of them. */
export type OptionalSetting = (typeof OPTIONAL_SETTINGS)[number];

/** A warning for each of these that was asked for, for a wire that has no place for them. */
export const unsentSettingWarnings = (
  request: ModelRequest,
  names: readonly OptionalSetting[],
  why = 'this wire has none',
): readonly Warning[] =>
  names
    .filter((name) => request[name] !== undefined)
    .map((what): Warning => ({ action: 'dropped', what, why }));
