import {
  LlmError,
  type FinishReason,
  type PartialResponse,
  type Usage,
  type UsageDetails,
} from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import type { ErrorContext } from '@majordomo/wire-kit';
import { inBandError, type WireError } from './errors.ts';

/** Finish reasons by value (`FinishReason` of @google/genai 3.1). Other values become `other`. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['CONTINUATION', 'length'],
  ['SAFETY', 'content-filter'],
  ['RECITATION', 'content-filter'],
  ['BLOCKLIST', 'content-filter'],
  ['PROHIBITED_CONTENT', 'content-filter'],
  ['SPII', 'content-filter'],
  ['IMAGE_SAFETY', 'content-filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content-filter'],
  ['IMAGE_RECITATION', 'content-filter'],
]);

/** Finish reasons that mean `tool-calls` in a response with calls. UNEXPECTED_TOOL_CALL: the function was not declared. */
const WITH_CALLS: ReadonlySet<string> = new Set(['STOP', 'UNEXPECTED_TOOL_CALL']);

/** Finish reasons of a response without content that describe a mistake of the model, which another target may not make. */
export const FAILURES: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'NO_IMAGE',
  'IMAGE_OTHER',
  'LANGUAGE',
]);

export function finishReason(raw: string, hasCalls: boolean): FinishReason {
  return hasCalls && WITH_CALLS.has(raw) ? 'tool-calls' : (REASONS.get(raw) ?? 'other');
}

export interface WireUsage {
  readonly promptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly totalTokenCount?: number;
  readonly promptTokensDetails?: readonly ModalityCount[];
  readonly cacheTokensDetails?: readonly ModalityCount[];
  readonly candidatesTokensDetails?: readonly ModalityCount[];
  readonly serviceTier?: string;
  readonly trafficType?: string;
}
interface ModalityCount {
  readonly modality?: string;
  readonly tokenCount?: number;
}

/**
 * Converts token counts. The API counts prompt, response, server tools (`toolUsePrompt`) and thinking separately. The API's total
 * is the sum of the four counts. The API omits counts of zero, so `input` and `output` treat one missing count as zero. Without both
 * counts of the output, for example after a blocked prompt, the output is zero if the total equals the input.
 */
export function usage(raw: WireUsage, searches: number): Usage {
  const { promptTokenCount: prompt, toolUsePromptTokenCount: toolUse, totalTokenCount: total } = raw;
  const { candidatesTokenCount: visible, thoughtsTokenCount: thoughts } = raw;
  const input = sum(prompt, toolUse);
  return {
    input,
    output: sum(visible, thoughts) ?? (total !== undefined && total === input ? 0 : undefined),
    cacheRead: raw.cachedContentTokenCount,
    cacheWrite: undefined,
    reasoning: thoughts,
    details: details(raw, searches),
  };
}

/** Models for which the vendor charges searches by prompt. Source: ai.google.dev/gemini-api/docs/pricing, read on 2026-11-30. */
const BY_PROMPT = /gemini-[12][.-]/;

/** Returns the number of billed searches of a response: one for all queries up to Gemini 2.5, otherwise one for each query. */
export const billedSearches = (queries: number, model: string): number =>
  BY_PROMPT.test(model) ? Math.min(queries, 1) : queries;

/**
 * Merges the usage of a chunk into the earlier usage. Counts are cumulative, so a chunk replaces all earlier counts. The last chunk
 * sometimes omits the count of the response, which an earlier chunk had. Such a chunk replaces only the counts that it has.
 */
export function mergeUsage(before: WireUsage | undefined, now: WireUsage): WireUsage {
  if (before?.candidatesTokenCount === undefined || now.candidatesTokenCount !== undefined) return now;
  return { ...before, ...now };
}

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);

function details(raw: WireUsage, searches: number): UsageDetails | undefined {
  const found: UsageDetails = {
    serviceTier: raw.serviceTier ?? raw.trafficType,
    inputImage: uncachedOf(raw, 'IMAGE'),
    inputAudio: uncachedOf(raw, 'AUDIO'),
    outputImage: countOf(raw.candidatesTokensDetails, 'IMAGE'),
    outputAudio: countOf(raw.candidatesTokensDetails, 'AUDIO'),
    serverTools: searches === 0 ? undefined : { web_search: searches },
  };
  return Object.values(found).some((value) => value !== undefined) ? found : undefined;
}

/** Returns the prompt tokens of a modality without the cached ones, which the prompt includes and which are part of `cacheRead`. */
function uncachedOf(raw: WireUsage, modality: string): number | undefined {
  const count = countOf(raw.promptTokensDetails, modality);
  return count && Math.max(0, count - (countOf(raw.cacheTokensDetails, modality) ?? 0));
}

const countOf = (counts: readonly ModalityCount[] | undefined, modality: string): number | undefined =>
  counts?.find((entry) => entry.modality === modality)?.tokenCount;

interface Body {
  readonly candidates?: readonly WireCandidate[];
  readonly promptFeedback?: { readonly blockReason?: string; readonly blockReasonMessage?: string };
  readonly usageMetadata?: WireUsage;
  readonly error?: WireError;
}
/** Whether a prompt was blocked. The unspecified reason is the default of its enumeration, which may appear next to an answer. */
export const isBlocking = (blockReason: string | undefined): blockReason is string =>
  blockReason !== undefined && !blockReason.endsWith('_UNSPECIFIED');

interface WireCandidate {
  readonly content?: { readonly parts?: readonly AnswerPart[] };
  readonly finishReason?: string;
  readonly finishMessage?: string;
}

/** Part of an image or audio response. */
export interface AnswerPart {
  readonly text?: unknown;
  /** Whether the part is an intermediate result. */
  readonly thought?: boolean;
  readonly inlineData?: { readonly data?: unknown; readonly mimeType?: unknown };
}

/** First candidate of a body or a chunk. */
export interface Candidate {
  readonly parts: readonly AnswerPart[];
  /** Finish reason; empty if the response continues in another chunk. */
  readonly finishReason: string;
  readonly finishMessage: string | undefined;
  readonly usage: Usage | undefined;
}

/**
 * Returns the candidate of an image or audio response. Throws `content-filter` for a blocked prompt and `protocol` for an
 * invalid response.
 */
export function candidateOf(json: unknown, facts: ErrorContext): Candidate {
  const { target } = facts;
  const body: Body = asRecord(json);
  if (body.error !== undefined) throw inBandError(body.error, facts);
  const { blockReason, blockReasonMessage } = body.promptFeedback ?? {};
  const counted = body.usageMetadata === undefined ? undefined : usage(body.usageMetadata, 0);
  if (isBlocking(blockReason)) throw blockedError('prompt', blockReason, blockReasonMessage, target, counted);
  const candidate = Array.isArray(body.candidates)
    ? (body.candidates[0] as WireCandidate | undefined)
    : undefined;
  if (candidate === undefined)
    throw new LlmError('protocol', `${target}: the response has no candidates`, {
      target,
      path: 'candidates',
      partial: usageOnly(target, counted),
    });
  const { content, finishReason: raw = '', finishMessage } = candidate;
  return {
    parts: Array.isArray(content?.parts) ? content.parts : [],
    finishReason: raw,
    finishMessage,
    usage: counted,
  };
}

/**
 * Returns the candidate of a complete response, or of a chunk of a stream. Throws `truncated` at the token limit,
 * `content-filter` for blocked content.
 */
export function finishedCandidate(json: unknown, facts: ErrorContext): Candidate {
  const candidate = candidateOf(json, facts);
  const { finishReason: raw, finishMessage, usage: counted } = candidate;
  const reason = finishReason(raw, false);
  if (reason === 'content-filter') throw blockedError('response', raw, finishMessage, facts.target, counted);
  if (reason === 'length')
    throw new LlmError(
      'truncated',
      `${facts.target}: the response reached the token limit of the model; split the input`,
      {
        target: facts.target,
        code: raw,
        partial: usageOnly(facts.target, counted),
      },
    );
  return candidate;
}

export const blockedError = (
  blocked: 'prompt' | 'response',
  reason: string,
  message: string | undefined,
  target: string,
  counted: Usage | undefined,
): LlmError =>
  new LlmError('content-filter', `${target}: the vendor blocked the ${blocked}: ${message ?? reason}`, {
    target,
    code: reason,
    partial: usageOnly(target, counted),
  });

export const usageOnly = (target: string, counted: Usage | undefined): PartialResponse | undefined =>
  counted && { id: undefined, target, parts: [], text: '', usage: counted };
