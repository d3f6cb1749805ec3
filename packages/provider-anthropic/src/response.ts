import { sumUsage, type FinishReason, type Usage, type UsageDetails } from '@majordomo/core';
import { asList, asNumber, asRecord } from '@majordomo/core/provider';

/** platform.claude.com/docs/en/api/messages, `stop_reason`, 2026-11. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'refusal',
  pause_turn: 'incomplete',
};

/**
 * The wire's word as ours; one that came later is `other`. `hasCalls`: gateways give calls with an ordinary stop
 * (seen 2026-04 to 2026-07).
 */
export function finishReason(raw: string | undefined, hasCalls: boolean): FinishReason {
  const reason = (raw === undefined ? undefined : REASONS[raw]) ?? 'other';
  return reason === 'stop' && hasCalls ? 'tool-calls' : reason;
}

/** Tokens of a request, or of one of its rounds; any of it may be missing or null. */
interface WireTokens {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: number | null } | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number | null } | null;
}

/** `usage` as the wire sends it. */
export interface WireUsage extends WireTokens {
  /** Rounds of one request; most are in the totals above already. */
  readonly iterations?: readonly (WireTokens & { readonly type?: string })[] | null;
  readonly server_tool_use?: Readonly<Record<string, number | null>> | null;
  readonly service_tier?: string | null;
}

/**
 * `message_start` counts first, `message_delta` corrects: its numbers are cumulative, and null or 0 says
 * nothing new.
 */
export function mergeUsage(first: WireUsage | undefined, later: WireUsage): WireUsage {
  if (first === undefined) return later;
  const news = Object.entries(later).filter(([, value]) => value !== null && value !== 0);
  return { ...first, ...Object.fromEntries(news) };
}

/**
 * The wire counts cached input apart; our totals include it. The tokens of a compaction, the request that shortens the
 * context before the answer, are not in its totals (SDK 1.10; recorded 2026-03), though they are paid for.
 */
export function usage(raw: WireUsage | undefined): Usage | undefined {
  if (raw === undefined) return undefined;
  const compactions = asList(raw.iterations).filter(isCompaction).map(tokens);
  const found = details(raw);
  const sum = sumUsage(tokens(raw), ...compactions);
  return { ...sum, ...(found === undefined ? undefined : { details: found }) };
}

const isCompaction = (round: unknown): round is WireTokens => asRecord(round)['type'] === 'compaction';

function tokens(raw: WireTokens): Usage {
  const cacheRead = asNumber(raw.cache_read_input_tokens);
  const cacheWrite = asNumber(raw.cache_creation_input_tokens);
  const uncached = asNumber(raw.input_tokens);
  return {
    input: uncached === undefined ? undefined : uncached + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: asNumber(raw.output_tokens),
    cacheRead,
    cacheWrite,
    reasoning: asNumber(raw.output_tokens_details?.thinking_tokens),
  };
}

function details(raw: WireUsage): UsageDetails | undefined {
  const cacheWriteLong = asNumber(raw.cache_creation?.ephemeral_1h_input_tokens);
  const serviceTier = raw.service_tier ?? undefined;
  const serverTools = toolUses(raw.server_tool_use);
  if (cacheWriteLong === undefined && serviceTier === undefined && serverTools === undefined)
    return undefined;
  return { cacheWriteLong, serviceTier, serverTools };
}

/** `{ web_search_requests: 2, web_fetch_requests: 0 }` as `{ web_search: 2 }`. */
function toolUses(raw: WireUsage['server_tool_use']): UsageDetails['serverTools'] {
  const uses = Object.entries(raw ?? {}).flatMap(([name, times]): [string, number][] =>
    typeof times === 'number' && times > 0 ? [[name.replace(/_requests$/, ''), times]] : [],
  );
  return uses.length === 0 ? undefined : Object.fromEntries(uses);
}
