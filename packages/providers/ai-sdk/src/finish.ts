import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { FinishReason } from '@majordomo/core';

type Unified = LanguageModelV4FinishReason['unified'];

const TO_SDK: Readonly<Record<FinishReason, Unified>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool-calls',
  'content-filter': 'content-filter',
  refusal: 'content-filter',
  incomplete: 'interrupted',
  other: 'other',
};
const FROM_SDK: Readonly<Record<Unified, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool-calls',
  'content-filter': 'content-filter',
  interrupted: 'incomplete',
  error: 'other',
  other: 'other',
};

export const toSdkFinish = (reason: FinishReason, raw: string | undefined): LanguageModelV4FinishReason => ({
  unified: TO_SDK[reason],
  raw,
});

/** Converts a finish reason of the AI SDK. An unknown finish reason becomes `other`. */
export const fromSdkFinish = ({ unified }: LanguageModelV4FinishReason): FinishReason =>
  Object.hasOwn(FROM_SDK, unified) ? FROM_SDK[unified] : 'other';
