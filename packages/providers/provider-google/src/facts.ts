import type { ChatResponse, OperationResponse, VendorFacts } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { servedBy } from '@majordomo/wire-kit/internal';
import type { GeminiErrorContext } from './errors.ts';

/** Facts about a response of generateContent. */
export interface GeminiFacts extends VendorFacts {
  readonly wire: 'gemini-generate';
  /** Vendor's explanation of the finish reason, such as the text of a malformed function call. */
  readonly finishMessage?: string | undefined;
  /** Mean of the log probabilities of the response. */
  readonly avgLogprobs?: number | undefined;
}

/** Returns the facts of a response of generateContent; `undefined` for a response over another wire. */
export const geminiFacts = ({ vendor }: Pick<ChatResponse, 'vendor'>): GeminiFacts | undefined =>
  vendor?.wire === 'gemini-generate' ? (vendor as GeminiFacts) : undefined;

/** Returns the model and the facts of a response of an operation other than chat. */
export function servedByGemini(
  wire: string,
  json: unknown,
  { headers }: Pick<GeminiErrorContext, 'headers'>,
): Pick<OperationResponse, 'model' | 'vendor'> {
  const { responseId: id, modelVersion: model } = asRecord(json);
  return servedBy(wire, { id, model }, headers instanceof Headers ? headers : undefined);
}
