import type { Usage, UsageDetails } from '@majordomo/core';
import { asNumber, asText } from '@majordomo/core/toolkit';
import { definedMembers } from '@majordomo/wire-kit/internal';
import { reportedNanoUsd } from '../reading/reported-cost.ts';
import type { ChatQuirks } from './quirks.ts';
import type { RawTimes, RawUsage } from './wire.ts';

/**
 * Converts token counts, which servers send under different names. A missing count is `undefined`. `times` contains durations in
 * seconds.
 */
export function usage(
  raw: RawUsage,
  quirks: Pick<ChatQuirks, 'reasoningTokens'>,
  serviceTier?: unknown,
  times: RawTimes = raw,
): Usage {
  const reported =
    asNumber(raw.completion_tokens_details?.reasoning_tokens) ?? asNumber(raw.reasoning_tokens);
  const output = outputTotal(raw, reported, quirks.reasoningTokens === 'outside');
  const details = detailsOf(raw, asText(serviceTier) ?? asText(raw.service_tier), times);
  return {
    input: inputTotal(raw),
    output,
    cacheRead:
      asNumber(raw.prompt_tokens_details?.cached_tokens) ??
      asNumber(raw.prompt_cache_hit_tokens) ??
      asNumber(raw.cached_tokens) ??
      asNumber(raw.num_cached_tokens) ??
      asNumber(raw.cache_read_input_tokens),
    cacheWrite:
      asNumber(raw.prompt_tokens_details?.cache_write_tokens) ?? asNumber(raw.cache_creation_input_tokens),
    // Limit the count to the output, because an estimate of reasoning tokens can exceed the output (received 2026-08: 19 of 16).
    reasoning: reported !== undefined && output !== undefined ? Math.min(reported, output) : reported,
    ...(details === undefined ? undefined : { details }),
  };
}

/**
 * Returns the input tokens. Mistral counts audio separately, which `total_tokens` shows (recorded 2026: 9 of the prompt, 375 of audio,
 * 201 of the answer, 585 in total).
 */
function inputTotal(raw: RawUsage): number | undefined {
  const prompt = asNumber(raw.prompt_tokens) ?? asNumber(raw.input_tokens);
  const audio = asNumber(raw.prompt_tokens_details?.audio_tokens) ?? 0;
  if (prompt === undefined || audio === 0) return prompt;
  const sum = prompt + audio + (asNumber(raw.completion_tokens) ?? NaN);
  return asNumber(raw.total_tokens) === sum ? prompt + audio : prompt;
}

/** Returns the usage of a response that has not ended: its output and its cost are unknown. */
export const withoutTotals = ({ details, ...counts }: Usage): Usage => ({
  ...counts,
  output: undefined,
  ...(details && { details: { ...details, reportedNanoUsd: undefined } }),
});

/** Returns the output tokens. `total_tokens`, or otherwise the quirk, shows whether `completion_tokens` includes reasoning. */
function outputTotal(raw: RawUsage, reasoning: number | undefined, isOutside: boolean): number | undefined {
  const completion = asNumber(raw.completion_tokens) ?? asNumber(raw.output_tokens);
  if (completion === undefined || reasoning === undefined || reasoning === 0) return completion;
  // If a count is missing, `rest` is NaN, which equals no number, so that only the quirk decides.
  const rest = (asNumber(raw.total_tokens) ?? NaN) - (asNumber(raw.prompt_tokens) ?? NaN) - completion;
  // Some gateways report a total without the reasoning. Then the quirk `outside` applies only if there are more reasoning tokens
  // than completion tokens.
  if (rest === 0) return isOutside && reasoning > completion ? completion + reasoning : completion;
  return isOutside || rest === reasoning ? completion + reasoning : completion;
}

function detailsOf(
  raw: RawUsage,
  serviceTier: string | undefined,
  times: RawTimes,
): UsageDetails | undefined {
  const prompt = raw.prompt_tokens_details;
  const answer = raw.completion_tokens_details;
  const searches =
    asNumber(raw.server_tool_use_details?.web_search_requests) ?? asNumber(raw.num_search_queries);
  return definedMembers({
    reportedNanoUsd: reportedNanoUsd(raw),
    cacheWriteLong:
      asNumber(prompt?.cache_write_tokens_details?.ttl_12h_tokens) ??
      asNumber(raw.cache_creation?.ephemeral_1h_input_tokens),
    serviceTier,
    stageMs: stageMs(times),
    inputImage: asNumber(prompt?.image_tokens),
    inputAudio: asNumber(prompt?.audio_tokens),
    outputImage: asNumber(answer?.image_tokens),
    outputAudio: asNumber(answer?.audio_tokens),
    serverTools: searches === undefined || searches === 0 ? undefined : { web_search: searches },
  });
}

/** Converts seconds to milliseconds, rounded to microseconds. */
function stageMs(times: RawTimes): Readonly<Record<string, number>> | undefined {
  return definedMembers({
    queue: msOf(times.queue_time),
    prompt: msOf(times.prompt_time),
    completion: msOf(times.completion_time),
    total: msOf(times.total_time),
  });
}

const msOf = (seconds: unknown): number | undefined =>
  typeof seconds === 'number' && seconds >= 0 ? Math.round(seconds * 1e6) / 1e3 : undefined;
