import {
  sumUsage,
  type FinishReason,
  type StopDetails,
  type Usage,
  type UsageDetails,
} from '@majordomo/core';
import { asList, asNumber, asText, isRecord } from '@majordomo/core/toolkit';
import { definedMembers, positiveCounts } from '@majordomo/wire-kit/internal';

/** Finish reasons by `stop_reason` (platform.claude.com/docs/en/api/messages, 2026-11). */
const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'refusal'],
  ['pause_turn', 'incomplete'],
]);

/**
 * Converts a stop reason. An unknown stop reason becomes `other`. If `hasCalls` is set, `stop` becomes `tool-calls`, because some
 * gateways report an ordinary stop after tool calls (observed 2026-04 to 2026-07).
 */
export function finishReason(raw: string | undefined, hasCalls: boolean): FinishReason {
  const reason = REASONS.get(raw) ?? 'other';
  return reason === 'stop' && hasCalls ? 'tool-calls' : reason;
}

/** Token counts of a request, or of one of its iterations. Any property may be missing or null. */
interface WireTokens {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: number | null } | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number | null } | null;
}

/** Value of `inference_geo` for models without regional prices (observed 2026-11-20). */
const NO_REGION = 'not_available';

/** Property `usage` of a response. */
export interface WireUsage extends WireTokens {
  /** Iterations of one request. The token totals of the response exclude compactions. */
  readonly iterations?: readonly Iteration[] | null;
  readonly server_tool_use?: Readonly<Record<string, number | null>> | null;
  readonly service_tier?: string | null;
  readonly speed?: string | null;
  readonly inference_geo?: string | null;
}

/** Property `stop_details` of a response. */
export interface WireStopDetails {
  readonly category?: string | null;
  readonly explanation?: string | null;
}

/** Returns the vendor's reason for a refusal (`RefusalStopDetails` in SDK 1.10). */
export function stopDetails(raw: WireStopDetails | null | undefined): StopDetails | undefined {
  if (raw === null || raw === undefined) return undefined;
  const category = asText(raw.category);
  const explanation = asText(raw.explanation);
  return category === undefined && explanation === undefined ? undefined : { category, explanation };
}

/**
 * Merges the usage of `message_delta` into the usage of `message_start`. The counts in `message_delta` are cumulative totals.
 * Counts in `message_delta` that are null or 0 are ignored.
 */
export function mergeUsage(first: WireUsage | undefined, later: WireUsage): WireUsage {
  if (first === undefined) return later;
  const changes = Object.entries(later).filter(([, value]) => value !== null && value !== 0);
  return { ...first, ...Object.fromEntries(changes) };
}

/**
 * Converts token counts. The API counts cached input separately. The returned `input` includes cached input. The API's totals
 * exclude the billed tokens of a compaction, which is the request that shortens the context before the answer (SDK 1.10; recorded
 * 2026-03). `hasFallback`: whether another model continued the response. `programs`: number of programs that ran, for an API that
 * does not count them.
 */
export function usage(raw: WireUsage | undefined, hasFallback = false, programs = 0): Usage | undefined {
  if (raw === undefined) return undefined;
  const all = asList(raw.iterations).filter(isIteration);
  const iterations = all.filter(isOfModel);
  const isMixed = hasFallback || all.some(({ type }) => type === 'fallback_message');
  const advisors = all.filter(({ type }) => type === 'advisor_message').length;
  // Two models used the tokens, so the cost is unknown. Count the other model as a server tool, because a server tool without a known
  // fee makes the cost unknown.
  const uses = definedMembers({
    code_execution: programs || undefined,
    ...positiveCounts(raw.server_tool_use, '_requests'),
    fallback: isMixed ? 1 : undefined,
    advisor: advisors || undefined,
  });
  const { details: summed, ...total } = totalUsage(raw, iterations);
  const usageDetails = details(raw, iterations.map(tokens), summed?.cacheWriteLong, uses);
  return { ...total, ...(usageDetails === undefined ? undefined : { details: usageDetails }) };
}

/**
 * Returns the total usage. For a response with a compaction, the total is the sum of the iterations, because the API's totals
 * exclude the compaction.
 */
function totalUsage(raw: WireUsage, iterations: readonly Iteration[]): Usage {
  const reported = tokens(raw);
  if (!iterations.some(isCompaction)) return reported;
  // If all listed iterations are compactions, the reported total counts the message.
  const includesMessage = !iterations.every(isCompaction);
  const sum = sumUsage(includesMessage ? undefined : reported, ...iterations.map(tokens)) ?? reported;
  return { ...sum, reasoning: sum.reasoning ?? reported.reasoning };
}

type Iteration = WireTokens & { readonly type?: string };
const isIteration = (iteration: unknown): iteration is Iteration => isRecord(iteration);
/** Whether the requested model ran the iteration. Another model runs the iteration of an advisor. */
const isOfModel = (iteration: Iteration): boolean => iteration.type === 'message' || isCompaction(iteration);
const isCompaction = ({ type }: Iteration): boolean => type === 'compaction';

function tokens(raw: WireTokens): Usage {
  const cacheRead = asNumber(raw.cache_read_input_tokens);
  const cacheWrite = asNumber(raw.cache_creation_input_tokens);
  const uncached = asNumber(raw.input_tokens);
  const cacheWriteLong = asNumber(raw.cache_creation?.ephemeral_1h_input_tokens);
  return {
    input: uncached === undefined ? undefined : uncached + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: asNumber(raw.output_tokens),
    cacheRead,
    cacheWrite,
    reasoning: asNumber(raw.output_tokens_details?.thinking_tokens),
    ...(cacheWriteLong === undefined ? undefined : { details: { cacheWriteLong } }),
  };
}

function details(
  raw: WireUsage,
  iterations: readonly Usage[],
  cacheWriteLong: number | undefined,
  serverTools: Readonly<Record<string, number>> | undefined,
): UsageDetails | undefined {
  return definedMembers<UsageDetails>({
    cacheWriteLong,
    serviceTier: raw.service_tier ?? undefined,
    speed: raw.speed ?? undefined,
    inferenceGeo: raw.inference_geo === NO_REGION ? undefined : (raw.inference_geo ?? undefined),
    serverTools,
    // Some prices depend on the input of a single iteration, not on the sum of all.
    largestInput: iterations.length < 2 ? undefined : Math.max(...iterations.map(({ input = 0 }) => input)),
  });
}
