import {
  type AnsweredRequest,
  type Answer,
  type Frame,
  type Framing,
  type FullAnswer,
  type Reply,
  fullAnswer,
  sseComment,
  sseFrame,
} from '@majordomo/testing/internal';
import { FINISH_REASONS, geminiUsage, partsOf, completeParts } from './parts.ts';

/** Returns the chunks of an answer. Each has the form of a complete answer. The last one has the finish reason and no text. */
export function geminiFrames(
  answer: Answer | string,
  request: AnsweredRequest,
  framing: Framing = {},
): readonly Frame[] {
  const full = fullAnswer(answer, request.model);
  // The vendor ends lines with CRLF.
  const ends = { newline: '\r\n', ...framing } as const;
  const frame = (kind: Frame['kind'], parts: readonly object[], finish?: string): Frame =>
    sseFrame(kind, JSON.stringify(bodyOf(full, parts, finish)), undefined, ends);
  const noise = framing.noise === true ? [sseComment('keep-alive', ends)] : [];
  return [
    ...partsOf(full).flatMap((part) => [frame('content', [part]), ...noise]),
    frame('finish', [{ text: '' }], finishOf(full)),
  ];
}

/** Returns the answer as a non-streaming response. */
export function completeGemini(answer: Answer | string, request: AnsweredRequest): Reply {
  const full = fullAnswer(answer, request.model);
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(bodyOf(full, completeParts(full), finishOf(full))),
  };
}

const finishOf = ({ rawFinish, finish }: FullAnswer): string => rawFinish ?? FINISH_REASONS[finish];

function bodyOf(
  { id, model, usage, parts: answerParts }: FullAnswer,
  parts: readonly object[],
  finishReason?: string,
): object {
  return {
    candidates: [
      {
        content: { parts, role: 'model' },
        ...(finishReason !== undefined && {
          finishReason,
          ...grounding(answerParts),
          ...logprobs(answerParts),
        }),
        index: 0,
      },
    ],
    ...(usage !== undefined && { usageMetadata: geminiUsage(usage) }),
    modelVersion: model,
    responseId: id,
  };
}

function logprobs(parts: FullAnswer['parts']): { readonly logprobsResult?: object } {
  const tokens = parts.flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []));
  if (tokens.length === 0) return {};
  const candidate = ({ token, logprob }: { readonly token: string; readonly logprob: number }): object => ({
    token,
    logProbability: logprob,
  });
  return {
    logprobsResult: {
      chosenCandidates: tokens.map(candidate),
      topCandidates: tokens.map(({ top }) => ({ candidates: top.map(candidate) })),
    },
  };
}

/** Returns the cited pages, and the byte ranges of the text for which they are cited. They are sent with the finish reason. */
function grounding(parts: FullAnswer['parts']): { readonly groundingMetadata?: object } {
  const cited = parts.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : []));
  if (cited.length === 0) return {};
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const bytes = (end: number): number => Buffer.byteLength(text.slice(0, end));
  return {
    groundingMetadata: {
      groundingChunks: cited.map(({ url, title }) => ({ web: { uri: url, title } })),
      groundingSupports: cited.map(({ start = 0, end = text.length }, at) => ({
        segment: { startIndex: bytes(start), endIndex: bytes(end), text: text.slice(start, end) },
        groundingChunkIndices: [at],
      })),
    },
  };
}
