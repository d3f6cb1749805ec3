import type { Usage, UsageDetails } from '@majordomo/core';
import { asNumber, asText } from '@majordomo/core/toolkit';
import { definedMembers, positiveCounts } from '@majordomo/wire-kit/internal';
import { reportedNanoUsd } from '../reading/reported-cost.ts';
import type { RawResponsesUsage } from './wire.ts';

/** Converts token counts. The totals include reasoning and cached tokens. A missing count is `undefined`. */
export function usage(raw: RawResponsesUsage, serviceTier?: unknown): Usage {
  const { input_tokens_details: input, output_tokens_details: output } = raw;
  const details = detailsOf(raw, serviceTier);
  return {
    input: asNumber(raw.input_tokens),
    output: asNumber(raw.output_tokens),
    cacheRead: asNumber(input?.cached_tokens),
    cacheWrite: asNumber(input?.cache_write_tokens),
    reasoning: asNumber(output?.reasoning_tokens),
    ...(details === undefined ? undefined : { details }),
  };
}

function detailsOf(raw: RawResponsesUsage, serviceTier: unknown): UsageDetails | undefined {
  const { input_tokens_details: input, output_tokens_details: output } = raw;
  return definedMembers({
    reportedNanoUsd: reportedNanoUsd(raw),
    cacheWriteLong: asNumber(input?.cache_write_tokens_details?.ttl_12h_tokens),
    serviceTier: asText(serviceTier),
    inputImage: asNumber(input?.image_tokens),
    inputAudio: asNumber(input?.audio_tokens),
    outputImage: asNumber(output?.image_tokens),
    outputAudio: asNumber(output?.audio_tokens),
    // Form of xAI: `{ web_search_calls: 2, x_search_calls: 0 }` (recorded 2026).
    serverTools: positiveCounts(raw.server_side_tool_usage_details, '_calls'),
  });
}
