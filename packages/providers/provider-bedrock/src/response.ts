import type { Citation, FinishReason, Usage, UsageDetails } from '@majordomo/core';
import { asNumber, asRecord } from '@majordomo/core/toolkit';
import { definedMembers, otherMembers, toCitation } from '@majordomo/wire-kit/internal';

/** Finish reasons by stop reason (`StopReason` of @aws-sdk/client-bedrock-runtime 3.1162). Other values become `other`. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['tool_use', 'tool-calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['content_filtered', 'content-filter'],
  ['guardrail_intervened', 'content-filter'],
]);

/** Converts a stop reason. If `hasCalls` is set, `stop` becomes `tool-calls`, because some models report `stop` after calls. */
export function finishReason(raw: string, hasCalls: boolean): FinishReason {
  const reason = REASONS.get(raw) ?? 'other';
  return reason === 'stop' && hasCalls ? 'tool-calls' : reason;
}

/** Non-streaming response. */
export interface WireAnswer extends Metadata {
  readonly output?:
    | { readonly message?: { readonly content?: readonly WireBlock[] | undefined } | undefined }
    | undefined;
  readonly stopReason?: string | undefined;
  readonly additionalModelResponseFields?: unknown;
}
/** Content block of a non-streaming response. */
export interface WireBlock {
  readonly text?: string | undefined;
  readonly toolUse?: (ToolUse & { readonly input?: unknown }) | undefined;
  readonly toolResult?: object | undefined;
  readonly reasoningContent?:
    | {
        readonly reasoningText?: ReasoningDelta | undefined;
        readonly redactedContent?: Uint8Array | undefined;
      }
    | undefined;
  readonly citationsContent?:
    | {
        readonly content?: readonly { readonly text?: string | undefined }[] | undefined;
        readonly citations?: readonly WireCitation[] | undefined;
      }
    | undefined;
  readonly image?: WireMedia | undefined;
  readonly audio?: WireMedia | undefined;
}

/** Image, audio, or a fragment of one. */
export interface WireMedia {
  readonly format?: string | undefined;
  readonly source?: { readonly bytes?: Uint8Array | undefined } | undefined;
}

/** Citation. Its positions refer to the cited source, not to the response. */
export interface WireCitation {
  readonly title?: string | undefined;
  readonly source?: string | undefined;
  readonly sourceContent?: readonly { readonly text?: string | undefined }[] | undefined;
  readonly location?: object | undefined;
}

/** Members of a location that the properties of a citation represent. */
const LOCATION_MEMBERS: ReadonlySet<string> = new Set(['url', 'documentIndex']);

/**
 * Converts a citation of a web page, of a document in the request, or of a search result from the client. `other` contains the
 * position of the cited text within the source, by the kind of location, such as `{ documentPage: { start: 3, end: 4 } }`.
 */
export function citationOf({ title, source, sourceContent, location }: WireCitation): Citation | undefined {
  const [kind = '', raw] = Object.entries(location ?? {}).find(([, value]) => value !== undefined) ?? [];
  const place = asRecord(raw);
  const isPage = source !== undefined && /^https?:/.test(source);
  const url = place['url'] ?? (isPage ? source : undefined);
  const document = place['documentIndex'] ?? (isPage ? undefined : source);
  const quote = (sourceContent ?? []).map(({ text = '' }) => text).join('');
  const position = otherMembers(place, LOCATION_MEMBERS);
  return toCitation({ url, document, title, quote, other: position && { [kind]: position } });
}

/** Tool call, or the start of a tool call in a stream. */
export interface ToolUse {
  readonly toolUseId?: string | undefined;
  readonly name?: string | undefined;
  readonly type?: string | undefined;
}

/** Reasoning, or a fragment of reasoning. */
export interface ReasoningDelta {
  readonly text?: string | undefined;
  readonly signature?: string | undefined;
  readonly redactedContent?: Uint8Array | undefined;
}

/** Properties of a response other than its content. */
export interface Metadata {
  readonly usage?: WireUsage | undefined;
  readonly serviceTier?: { readonly type?: string | undefined } | undefined;
  readonly metrics?: { readonly latencyMs?: number | undefined } | undefined;
  readonly trace?:
    | { readonly promptRouter?: { readonly invokedModelId?: string | undefined } | undefined }
    | undefined;
  readonly performanceConfig?: { readonly latency?: string | undefined } | undefined;
}

/** Property `usage` of a response. Any property may be missing. */
export interface WireUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cacheReadInputTokens?: number | undefined;
  readonly cacheWriteInputTokens?: number | undefined;
  readonly cacheDetails?:
    | readonly { readonly ttl?: string | undefined; readonly inputTokens?: number | undefined }[]
    | undefined;
}

/**
 * Converts token counts. The API counts cached input separately. The returned `input` includes cached input. The API reports
 * neither reasoning tokens nor uses of vendor tools. `uses` contains the number of uses of each vendor tool.
 */
export function usage(metadata: Metadata, uses: ReadonlyMap<string, number> = new Map()): Usage | undefined {
  const { usage: raw } = metadata;
  if (raw === undefined) return undefined;
  const inputTokens = asNumber(raw.inputTokens);
  const cacheRead = asNumber(raw.cacheReadInputTokens);
  const cacheWrite = asNumber(raw.cacheWriteInputTokens);
  const details = detailsOf(metadata, uses);
  return {
    input: inputTokens === undefined ? undefined : inputTokens + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: asNumber(raw.outputTokens),
    cacheRead,
    cacheWrite,
    reasoning: undefined,
    ...(details === undefined ? undefined : { details }),
  };
}

function detailsOf(
  { usage: raw, serviceTier, performanceConfig }: Metadata,
  uses: ReadonlyMap<string, number>,
): UsageDetails | undefined {
  const latency = performanceConfig?.latency;
  return definedMembers({
    cacheWriteLong: raw?.cacheDetails?.find(({ ttl }) => ttl === '1h')?.inputTokens,
    serviceTier: serviceTier?.type,
    // Requests that the vendor optimizes for latency have other rates (userguide/latency-optimized-inference, 2026-11).
    speed: latency === 'standard' ? undefined : latency,
    serverTools: uses.size === 0 ? undefined : Object.fromEntries(uses),
  });
}
