import {
  sumUsage,
  type AssistantPart,
  type FinishReason,
  type TextPart,
  type Usage,
  type ChatResponse,
} from '@majordomo/core';
import { tokenText } from '../parsing/replay-token.ts';
import { pageCitations } from '../response/citations.ts';
import { newId } from '../response/id.ts';

const FINISH_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  incomplete: 'OTHER',
  other: 'OTHER',
};

export const finishReason = (finish: FinishReason): string => FINISH_REASONS[finish];

/** Formats token usage. Counts of candidates exclude thoughts on this wire. Unknown counts of input and output become 0. */
export function geminiUsage(usage: Usage | undefined): object {
  const { input = 0, output = 0, reasoning = 0, cacheRead } = usage ?? {};
  return {
    promptTokenCount: input,
    candidatesTokenCount: Math.max(0, output - reasoning),
    totalTokenCount: input + output,
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
    ...(cacheRead !== undefined && { cachedContentTokenCount: cacheRead }),
  };
}

/** Converts a complete part. Omits parts that no wire supports, about which `droppedParts` returns warnings. */
export function geminiPart(part: AssistantPart): readonly object[] {
  const signature = tokenText('replay' in part ? part.replay : undefined);
  const signed = signature === undefined ? {} : { thoughtSignature: signature };
  switch (part.type) {
    case 'text':
      return [{ text: part.text, ...signed }];
    case 'reasoning':
      return [{ text: part.text, thought: true, ...signed }];
    case 'tool-call':
      return [{ functionCall: { id: part.id, name: part.name, args: part.args }, ...signed }];
    case 'vendor':
    case 'vendor-call':
    case 'image':
    case 'audio':
      return [];
  }
}

/** Returns the web pages that texts cite, with positions in the joined texts. */
export function citationMetadata(texts: readonly TextPart[]): object {
  let from = 0;
  const citations = texts.flatMap((part) => {
    const start = from;
    from += part.text.length;
    return pageCitations(part).map((page) => ({
      startIndex: start + page.start,
      endIndex: start + page.end,
      uri: page.url,
      title: page.title,
    }));
  });
  return citations.length === 0 ? {} : { citationMetadata: { citations } };
}

/** Returns the complete responses as a response with a candidate for each. */
export const geminiResponse = (responses: readonly ChatResponse[], model: string): object => ({
  candidates: responses.map(({ parts, finish }, index) => ({
    content: { role: 'model', parts: parts.flatMap(geminiPart) },
    finishReason: finishReason(finish),
    index,
    ...citationMetadata(parts.filter((part) => part.type === 'text')),
  })),
  usageMetadata: geminiUsage(sumUsage(...responses.map(({ usage }) => usage))),
  modelVersion: model,
  responseId: newId(''),
});
