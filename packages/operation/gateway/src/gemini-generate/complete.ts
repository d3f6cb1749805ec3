import type { ChatResponse } from '@majordomo/core';
import { newId } from '../response/id.ts';
import { sumOfUsage } from '../response/usage.ts';
import { citationMetadata, finishReason, geminiPart, geminiUsage } from './format.ts';

/** Returns the complete responses as a response with a candidate for each. */
export const geminiResponse = (responses: readonly ChatResponse[], model: string): object => ({
  candidates: responses.map(({ parts, finish }, index) => ({
    content: { role: 'model', parts: parts.flatMap(geminiPart) },
    finishReason: finishReason(finish),
    index,
    ...citationMetadata(parts.filter((part) => part.type === 'text')),
  })),
  usageMetadata: geminiUsage(sumOfUsage(responses.map(({ usage }) => usage))),
  modelVersion: model,
  responseId: newId(''),
});
