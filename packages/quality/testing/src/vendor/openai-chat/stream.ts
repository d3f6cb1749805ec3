import type { Citation, FinishReason } from '@majordomo/core';
import { createHash } from 'node:crypto';
import {
  type Answer,
  type AnswerPart,
  type AnswerText,
  type AnswerToolCall,
  fullAnswer,
  type FullAnswer,
  type FullUsage,
  logprobsOf,
  pieces,
  takeTurns,
} from '../answer.ts';
import { signText } from '../signature.ts';
import { type AnsweredRequest, type Frame, type Framing, sseComment, sseFrame } from '../wire-writer.ts';

/** Creation time of every answer, in seconds since 1970. It is constant, so that all runs are equal. */
export const CREATED = 1_780_000_000;

/** Differences between the answers of a vendor's Chat Completions API and those of OpenAI. */
export interface ChatAnswerDialect {
  /** Pattern and maximum length of tool call ids. `@default` ids of any form */
  readonly toolIds?: { readonly pattern: RegExp; readonly maxLength: number } | undefined;
  /** Name of the field that contains reasoning. `@default undefined`: the vendor sends no reasoning */
  readonly reasoningField?: 'reasoning_content' | 'reasoning' | undefined;
  /**
   * Data by which fragments of a stream identify their call. `index-zero`: the index is always 0, so only the ids in the first
   * fragments differ. `nowhere`: the fragments have no index. `changing-ids`: each fragment has another id. `@default` an index,
   * and the id in the first fragment
   */
  readonly callIndexing?: 'index-zero' | 'nowhere' | 'changing-ids' | undefined;
  /** Whether the first call of a turn requires a thought signature in `extra_content.google`. `@default false` */
  readonly hasCallSignatures?: boolean | undefined;
  /** Whether streams always contain usage, in the chunk with the finish reason. `@default false` */
  readonly alwaysSendsUsage?: boolean | undefined;
}

/** Names of finish reasons on this wire. */
export const FINISH_WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  // A refusal is a field of the message, with the finish reason `stop`.
  refusal: 'stop',
  incomplete: 'stop',
  other: 'other',
};

type Delta = Readonly<Record<string, unknown>>;

/** Returns the server-sent events of an answer: one delta per chunk, and a separate chunk with usage if it was requested. */
export function chatFrames(
  answer: Answer | string,
  request: AnsweredRequest,
  dialect: ChatAnswerDialect,
  framing: Framing = {},
): readonly Frame[] {
  const full = fullAnswer(answer, request.model);
  const chunk = (kind: Frame['kind'], choices: readonly unknown[], usage: unknown): Frame =>
    sseFrame(kind, JSON.stringify(envelope(full, choices, usage)), undefined, framing);
  const usage = full.usage === undefined ? null : chatUsage(full.usage);
  const delta = (
    kind: Frame['kind'],
    value: Delta,
    finish: string | null = null,
    logprobs: object | null = null,
  ): Frame =>
    chunk(
      kind,
      [{ index: 0, delta: value, logprobs, finish_reason: finish }],
      kind === 'finish' && dialect.alwaysSendsUsage === true ? usage : null,
    );
  const frames = [delta('head', { role: 'assistant', content: '', refusal: null })];
  if (framing.noise === true) frames.unshift(sseComment('PROCESSING', framing));
  for (const [at, value] of deltas(full, dialect).entries()) {
    // The first delta contains the log probabilities of all tokens.
    frames.push(delta('content', value, null, at === 0 ? choiceLogprobs(full) : null));
    if (framing.noise === true) frames.push(sseComment('PROCESSING', framing));
  }
  if (full.ends !== 'marker') frames.push(delta('finish', {}, full.rawFinish ?? FINISH_WORDS[full.finish]));
  if (request.streamsUsage && usage !== null) frames.push(chunk('tail', [], usage));
  if (full.ends !== 'finish') frames.push(sseFrame('tail', '[DONE]', undefined, framing));
  return frames;
}

/** Returns the log probabilities of a choice; `null` if the answer has none. */
export function choiceLogprobs({ parts }: FullAnswer): object | null {
  const content = logprobsOf(parts);
  return content.length === 0 ? null : { content, refusal: null };
}

const envelope = ({ id, model }: FullAnswer, choices: readonly unknown[], usage: unknown): object => ({
  id: `chatcmpl-${id}`,
  object: 'chat.completion.chunk',
  created: CREATED,
  model,
  service_tier: 'default',
  system_fingerprint: 'fp_test',
  choices,
  usage,
  obfuscation: 'x',
});

/** Returns the deltas of all parts. Calls are last, because they are a separate member of a message on this wire. */
function deltas(answer: FullAnswer, dialect: ChatAnswerDialect): readonly Delta[] {
  const plain: Delta[] = [];
  const calls: Delta[][] = [];
  for (const part of answer.parts) {
    if (part.type === 'tool-call') calls.push(callDeltas(part, calls.length, answer, dialect));
    else plain.push(...partDeltas(part, dialect));
  }
  return [...plain, ...(answer.interleave ? takeTurns(calls) : calls.flat())];
}

function partDeltas(part: Exclude<AnswerPart, AnswerToolCall>, dialect: ChatAnswerDialect): readonly Delta[] {
  switch (part.type) {
    case 'text':
      return [...pieces(part.text, part.chunks, 8).map((content) => ({ content })), ...annotated(part)];
    case 'vendor':
      return [];
    case 'refusal':
      return pieces(part.text, undefined, 8).map((refusal) => ({ refusal }));
    case 'reasoning': {
      const field = dialect.reasoningField;
      return field === undefined ? [] : pieces(part.text, part.chunks, 8).map((text) => ({ [field]: text }));
    }
    default:
      part satisfies never;
      return [];
  }
}

/** Returns the delta with citations, which follows the text (recorded with OpenRouter, 2026). */
const annotated = ({ citations = [] }: AnswerText): readonly Delta[] =>
  citations.length === 0 ? [] : [{ annotations: citations.map(annotation) }];

/** Returns a citation in the format of the API. */
export const annotation = ({ url, title = '', start = 0, end = 0 }: Citation): object => ({
  type: 'url_citation',
  url_citation: { url, title, start_index: start, end_index: end },
});

/** Returns the deltas of a call. The first delta has the id, the name and empty arguments (recorded 2026-06). */
function callDeltas(
  call: AnswerToolCall,
  index: number,
  answer: FullAnswer,
  dialect: ChatAnswerDialect,
): Delta[] {
  const id = callId(call, index, answer, dialect);
  const place = placeOf(index, dialect);
  const first = { ...place, ...(id === '' ? {} : { id }), type: 'function' };
  return [
    {
      tool_calls: [
        { ...first, function: { name: call.name, arguments: '' }, ...signatureOf(call, index, dialect) },
      ],
    },
    ...pieces(call.json, call.chunks, 6).map((json, at) => ({
      tool_calls: [
        {
          ...place,
          ...(dialect.callIndexing === 'changing-ids' ? { id: `${id}_${at}` } : {}),
          function: { arguments: json },
        },
      ],
    })),
  ];
}

function placeOf(index: number, { callIndexing }: ChatAnswerDialect): { readonly index?: number } {
  if (callIndexing === 'nowhere') return {};
  return { index: callIndexing === 'index-zero' ? 0 : index };
}

/** Returns the signature of a call in `extra_content`. Only the first call of a turn has a signature. */
export function signatureOf(
  call: AnswerToolCall,
  index: number,
  { hasCallSignatures }: ChatAnswerDialect,
): object {
  if (hasCallSignatures !== true || index > 0) return {};
  return { extra_content: { google: { thought_signature: signText('openai-chat', call.json) } } };
}

/** Returns the id that the answer specifies for a call, or an id that is generated in the vendor's format. */
export function callId(
  call: AnswerToolCall,
  index: number,
  { id }: FullAnswer,
  { toolIds }: ChatAnswerDialect,
): string {
  const usual = `call_${id}${index}`;
  if (call.id !== undefined) return call.id;
  if (toolIds === undefined || toolIds.pattern.test(usual)) return usual;
  return createHash('sha256').update(usual).digest('hex').slice(0, toolIds.maxLength);
}

/** Returns the usage in OpenAI's format. The totals include tokens that are also counted separately, such as reasoning tokens. */
export const chatUsage = (usage: FullUsage): object => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: {
    cached_tokens: usage.cacheRead,
    cache_write_tokens: usage.cacheWrite,
    audio_tokens: 0,
  },
  completion_tokens_details: {
    reasoning_tokens: usage.reasoning,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});
