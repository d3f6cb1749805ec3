import type { Usage, UsageDetails } from '@majordomo/core';
import type { ChatQuirks } from './quirks.ts';
import type { RawUsage } from './wire.ts';

/**
 * Token counts under every name that a server of this wire gives them. A count that is missing stays unknown.
 * `serviceTier` is the body's own, beside its usage.
 */
export function usage(raw: RawUsage, quirks: Pick<ChatQuirks, 'reasoningTokens'>, serviceTier?: unknown): Usage {
  const prompt = raw.prompt_tokens_details ?? {};
  const answer = raw.completion_tokens_details ?? {};
  const reported = count(answer.reasoning_tokens) ?? count(raw.reasoning_tokens);
  const output = outputTotal(raw, reported, quirks.reasoningTokens === 'outside');
  const details = detailsOf(raw, text(serviceTier) ?? text(raw.service_tier));
  return {
    input: count(raw.prompt_tokens) ?? count(raw.input_tokens),
    output,
    cacheRead: first(
      prompt.cached_tokens,
      raw.prompt_cache_hit_tokens,
      raw.cached_tokens,
      raw.num_cached_tokens,
      raw.cache_read_input_tokens,
    ),
    cacheWrite: first(prompt.cache_write_tokens, raw.cache_creation_input_tokens),
    // Estimated portions may exceed their total (seen 2026-08: 19 of 16).
    reasoning: reported !== undefined && output !== undefined ? Math.min(reported, output) : reported,
    ...(details === undefined ? undefined : { details }),
  };
}

/** `total_tokens`, where it is there, decides whether reasoning stands outside of the completion; else the quirk. */
function outputTotal(raw: RawUsage, reasoning: number | undefined, outside: boolean): number | undefined {
  const completion = count(raw.completion_tokens) ?? count(raw.output_tokens);
  if (completion === undefined || reasoning === undefined || reasoning === 0) return completion;
  const rest = (count(raw.total_tokens) ?? NaN) - (count(raw.prompt_tokens) ?? NaN) - completion;
  // A gateway that sums prompt and completion alone says nothing about reasoning: then the quirk has the word,
  // unless the count would fit inside.
  if (rest === 0) return outside && reasoning > completion ? completion + reasoning : completion;
  return outside || rest === reasoning ? completion + reasoning : completion;
}

function detailsOf(raw: RawUsage, serviceTier: string | undefined): UsageDetails | undefined {
  const prompt = raw.prompt_tokens_details ?? {};
  const answer = raw.completion_tokens_details ?? {};
  const searches = first(raw.server_tool_use_details?.web_search_requests, raw.num_search_queries);
  const found: Record<keyof UsageDetails, unknown> = {
    reportedNanoUsd: nanoUsd(raw),
    cacheWriteLong: count(raw.cache_creation?.ephemeral_1h_input_tokens),
    serviceTier,
    inputImage: count(prompt.image_tokens),
    inputAudio: count(prompt.audio_tokens),
    outputImage: count(answer.image_tokens),
    outputAudio: count(answer.audio_tokens),
    serverTools: searches === undefined || searches === 0 ? undefined : { web_search: searches },
  };
  const known = Object.entries(found).filter(([, value]) => value !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** The vendor's own price: USD as a number, USD in a `total_cost`, or ticks of 10⁻¹⁰ USD. */
function nanoUsd(raw: RawUsage): string | undefined {
  if (typeof raw.cost_in_usd_ticks === 'number') return String(Math.round(raw.cost_in_usd_ticks / 10));
  const cost = isRecord(raw.cost) ? raw.cost['total_cost'] : raw.cost;
  return typeof cost === 'number' && Number.isFinite(cost) ? String(Math.round(cost * 1e9)) : undefined;
}

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function first(...values: readonly unknown[]): number | undefined {
  return values.map(count).find((value) => value !== undefined);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
