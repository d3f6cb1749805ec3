import {
  LlmError,
  type FinishReason,
  type PartialResponse,
  type Usage,
  type UsageDetails,
} from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { inBandError, type GeminiFacts, type WireError } from './errors.ts';

/** `FinishReason` of @google/genai 3.1; what is not here is `other`. */
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

/** Calls come with STOP; a call of a function that was not declared (UNEXPECTED_TOOL_CALL) is one all the same. */
const WITH_CALLS: ReadonlySet<string> = new Set(['STOP', 'UNEXPECTED_TOOL_CALL']);

export function finishReason(raw: string, hasCalls: boolean): FinishReason {
  return hasCalls && WITH_CALLS.has(raw) ? 'tool-calls' : (REASONS.get(raw) ?? 'other');
}

export interface WireUsage {
  readonly promptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly promptTokensDetails?: readonly ModalityCount[];
  readonly candidatesTokensDetails?: readonly ModalityCount[];
  readonly serviceTier?: string;
  readonly trafficType?: string;
}
interface ModalityCount {
  readonly modality?: string;
  readonly tokenCount?: number;
}

/**
 * The wire counts what server tools fed back (`toolUsePrompt`) and thoughts apart: its total is the sum of all four.
 * A count that is zero is left out, so that a missing one next to others is zero, and unknown only when all are.
 */
export function usage(raw: WireUsage, searches: number): Usage {
  const { promptTokenCount: prompt, toolUsePromptTokenCount: toolUse } = raw;
  const { candidatesTokenCount: visible, thoughtsTokenCount: thoughts } = raw;
  return {
    input: sum(prompt, toolUse),
    output: sum(visible, thoughts),
    cacheRead: raw.cachedContentTokenCount,
    cacheWrite: undefined,
    reasoning: thoughts,
    details: details(raw, searches),
  };
}

/** Every chunk counts again what there is so far; now and then the last one leaves out what an earlier one counted. */
export function laterUsage(before: WireUsage | undefined, now: WireUsage): WireUsage {
  if (before?.candidatesTokenCount === undefined || now.candidatesTokenCount !== undefined) return now;
  return { ...before, ...now };
}

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);

function details(raw: WireUsage, searches: number): UsageDetails | undefined {
  const found: UsageDetails = {
    serviceTier: raw.serviceTier ?? raw.trafficType,
    inputImage: countOf(raw.promptTokensDetails, 'IMAGE'),
    inputAudio: countOf(raw.promptTokensDetails, 'AUDIO'),
    outputImage: countOf(raw.candidatesTokensDetails, 'IMAGE'),
    outputAudio: countOf(raw.candidatesTokensDetails, 'AUDIO'),
    serverTools: searches === 0 ? undefined : { web_search: searches },
  };
  return Object.values(found).some((value) => value !== undefined) ? found : undefined;
}

const countOf = (counts: readonly ModalityCount[] | undefined, modality: string): number | undefined =>
  counts?.find((entry) => entry.modality === modality)?.tokenCount;

interface Body {
  readonly candidates?: readonly WireCandidate[];
  readonly promptFeedback?: { readonly blockReason?: string; readonly blockReasonMessage?: string };
  readonly usageMetadata?: WireUsage;
  readonly error?: WireError;
}
interface WireCandidate {
  readonly content?: { readonly parts?: readonly AnswerPart[] };
  readonly finishReason?: string;
  readonly finishMessage?: string;
}

/** A piece of an answer that is not a chat. */
export interface AnswerPart {
  readonly text?: unknown;
  /** Steps on the way to it. */
  readonly thought?: boolean;
  readonly inlineData?: { readonly data?: unknown; readonly mimeType?: unknown };
}

/** The first candidate of a body, or of a chunk of it. */
export interface Candidate {
  readonly parts: readonly AnswerPart[];
  /** `''`: it is not over. */
  readonly finishReason: string;
  readonly finishMessage: string | undefined;
  readonly usage: Usage | undefined;
}

/** Of an answer that is not a chat. A block is `content-filter`, an error in the body is its kind, drift is `protocol`. */
export function candidateOf(json: unknown, facts: GeminiFacts): Candidate {
  const { target } = facts;
  const body: Body = asRecord(json);
  if (body.error !== undefined) throw inBandError(body.error, facts);
  const { blockReason, blockReasonMessage } = body.promptFeedback ?? {};
  const counted = body.usageMetadata === undefined ? undefined : usage(body.usageMetadata, 0);
  if (blockReason !== undefined) throw blocked(blockReason, blockReasonMessage, target, counted);
  const candidate = Array.isArray(body.candidates)
    ? (body.candidates[0] as WireCandidate | undefined)
    : undefined;
  if (candidate === undefined)
    throw new LlmError('protocol', `${target} answered without candidates`, {
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

/** The same of an answer that nothing must end early: a limit that was reached is `truncated`. */
export function finishedCandidate(json: unknown, facts: GeminiFacts): Candidate {
  const candidate = candidateOf(json, facts);
  const { finishReason: raw, finishMessage, usage: counted } = candidate;
  const reason = finishReason(raw, false);
  if (reason === 'content-filter') throw blocked(raw, finishMessage, facts.target, counted);
  if (reason === 'length')
    throw new LlmError('truncated', `${facts.target} came to its limit of tokens`, {
      target: facts.target,
      code: raw,
      partial: usageOnly(facts.target, counted),
    });
  return candidate;
}

/** A request, or what it would come to, that the vendor does not want. */
export const blocked = (
  reason: string,
  message: string | undefined,
  target: string,
  counted: Usage | undefined,
): LlmError =>
  new LlmError('content-filter', `${target} refused: ${message ?? reason}`, {
    target,
    code: reason,
    partial: usageOnly(target, counted),
  });

/** A partial response without content: the vendor bills a response that it blocks. */
const usageOnly = (target: string, counted: Usage | undefined): PartialResponse | undefined =>
  counted && { id: undefined, target, parts: [], text: '', usage: counted };
