import type { Usage, UsageDetails } from '@majordomo/core';
import type { ChatQuirks } from './quirks.ts';
import type { RawTimes, RawUsage } from './wire.ts';

/**
 * Token counts under every name that a server of this wire gives them. A count that is missing stays unknown.
 * `serviceTier` and `times` (in seconds) are the body's own, beside its usage.
 */
export function usage(
  raw: RawUsage,
  quirks: Pick<ChatQuirks, 'reasoningTokens'>,
  serviceTier?: unknown,
  times: RawTimes = raw,
): Usage {
  const reported = count(raw.completion_tokens_details?.reasoning_tokens) ?? count(raw.reasoning_tokens);
  const output = outputTotal(raw, reported, quirks.reasoningTokens === 'outside');
  const details = detailsOf(raw, text(serviceTier) ?? text(raw.service_tier), times);
  return {
    input: count(raw.prompt_tokens) ?? count(raw.input_tokens),
    output,
    cacheRead:
      count(raw.prompt_tokens_details?.cached_tokens) ??
      count(raw.prompt_cache_hit_tokens) ??
      count(raw.cached_tokens) ??
      count(raw.num_cached_tokens) ??
      count(raw.cache_read_input_tokens),
    cacheWrite:
      count(raw.prompt_tokens_details?.cache_write_tokens) ?? count(raw.cache_creation_input_tokens),
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

function detailsOf(
  raw: RawUsage,
  serviceTier: string | undefined,
  times: RawTimes,
): UsageDetails | undefined {
  const prompt = raw.prompt_tokens_details;
  const answer = raw.completion_tokens_details;
  const searches = count(raw.server_tool_use_details?.web_search_requests) ?? count(raw.num_search_queries);
  const details: { -readonly [K in keyof UsageDetails]: UsageDetails[K] } = {};
  put(details, 'reportedNanoUsd', nanoUsd(raw));
  put(details, 'cacheWriteLong', count(raw.cache_creation?.ephemeral_1h_input_tokens));
  put(details, 'serviceTier', serviceTier);
  put(details, 'stageMs', stageMs(times));
  put(details, 'inputImage', count(prompt?.image_tokens));
  put(details, 'inputAudio', count(prompt?.audio_tokens));
  put(details, 'outputImage', count(answer?.image_tokens));
  put(details, 'outputAudio', count(answer?.audio_tokens));
  put(
    details,
    'serverTools',
    searches === undefined || searches === 0 ? undefined : { web_search: searches },
  );
  for (const _any in details) return details;
  return undefined;
}

/** Microseconds are as exact as the sources are. */
function stageMs(times: RawTimes): Readonly<Record<string, number>> | undefined {
  const { queue_time: queue, prompt_time: prompt, completion_time: completion, total_time: total } = times;
  const stages = Object.entries({ queue, prompt, completion, total }).flatMap(
    ([name, seconds]): [string, number][] =>
      typeof seconds === 'number' && seconds >= 0 ? [[name, Math.round(seconds * 1e6) / 1e3]] : [],
  );
  return stages.length === 0 ? undefined : Object.fromEntries(stages);
}

function put<T, K extends keyof T>(into: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) into[key] = value;
}

/** The vendor's own price: USD as a number, USD in a `total_cost`, or ticks of 10⁻¹⁰ USD. */
export function nanoUsd(raw: Pick<RawUsage, 'cost' | 'cost_in_usd_ticks'>): string | undefined {
  if (typeof raw.cost_in_usd_ticks === 'number') return String(Math.round(raw.cost_in_usd_ticks / 10));
  const cost = isRecord(raw.cost) ? raw.cost['total_cost'] : raw.cost;
  return typeof cost === 'number' && Number.isFinite(cost) ? String(Math.round(cost * 1e9)) : undefined;
}

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
