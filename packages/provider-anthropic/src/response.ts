import {
  sumUsage,
  type FinishReason,
  type StopDetails,
  type Usage,
  type UsageDetails,
} from '@majordomo/core';
import { asList, asNumber, asText, isRecord } from '@majordomo/core/toolkit';

/** platform.claude.com/docs/en/api/messages, `stop_reason`, 2026-11. */
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
 * The wire's word as ours; one that came later is `other`. `hasCalls`: gateways give calls with an ordinary stop
 * (seen 2026-04 to 2026-07).
 */
export function finishReason(raw: string | undefined, hasCalls: boolean): FinishReason {
  const reason = REASONS.get(raw) ?? 'other';
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

/** What models without regional prices say, 2026-11-20. */
const NO_GEO = 'not_available';

/** `usage` as the wire sends it. */
export interface WireUsage extends WireTokens {
  /** Rounds of one request; most are in the totals above already. */
  readonly iterations?: readonly Round[] | null;
  readonly server_tool_use?: Readonly<Record<string, number | null>> | null;
  readonly service_tier?: string | null;
  readonly speed?: string | null;
  readonly inference_geo?: string | null;
}

/** `stop_details` as the wire sends it. */
export interface WireStopDetails {
  readonly category?: string | null;
  readonly explanation?: string | null;
}

/** What the vendor says of a refusal (SDK 1.10, `RefusalStopDetails`). */
export function stopDetails(raw: WireStopDetails | null | undefined): StopDetails | undefined {
  if (raw === null || raw === undefined) return undefined;
  const category = asText(raw.category);
  const explanation = asText(raw.explanation);
  return category === undefined && explanation === undefined ? undefined : { category, explanation };
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
  const rounds = asList(raw.iterations).filter(isRound).filter(isOfModel);
  const found = details(raw, rounds.map(tokens));
  return { ...total(raw, rounds), ...(found === undefined ? undefined : { details: found }) };
}

/** Where the context was compacted, its rounds count: what came first told of the context as it was before. */
function total(raw: WireUsage, rounds: readonly Round[]): Usage {
  const told = tokens(raw);
  if (!rounds.some(isCompaction)) return told;
  const isWhole = !rounds.every(isCompaction);
  const sum = sumUsage(isWhole ? undefined : told, ...rounds.map(tokens)) ?? told;
  return { ...sum, reasoning: sum.reasoning ?? told.reasoning };
}

type Round = WireTokens & { readonly type?: string };
const isRound = (round: unknown): round is Round => isRecord(round);
/** Not of an advisor, which is another model. */
const isOfModel = (round: Round): boolean => round.type === 'message' || isCompaction(round);
const isCompaction = ({ type }: Round): boolean => type === 'compaction';

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

function details(raw: WireUsage, rounds: readonly Usage[]): UsageDetails | undefined {
  const found: UsageDetails = {
    cacheWriteLong: asNumber(raw.cache_creation?.ephemeral_1h_input_tokens),
    serviceTier: raw.service_tier ?? undefined,
    speed: raw.speed ?? undefined,
    inferenceGeo: raw.inference_geo === NO_GEO ? undefined : (raw.inference_geo ?? undefined),
    serverTools: toolUses(raw.server_tool_use),
    largestInput: rounds.length < 2 ? undefined : Math.max(...rounds.map(({ input = 0 }) => input)),
  };
  const known = Object.entries(found).filter(([, value]) => value !== undefined);
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** `{ web_search_requests: 2, web_fetch_requests: 0 }` as `{ web_search: 2 }`. */
function toolUses(raw: WireUsage['server_tool_use']): UsageDetails['serverTools'] {
  const uses = Object.entries(raw ?? {}).flatMap(([name, times]): [string, number][] =>
    typeof times === 'number' && times > 0 ? [[name.replace(/_requests$/, ''), times]] : [],
  );
  return uses.length === 0 ? undefined : Object.fromEntries(uses);
}
