import type { ChatResponse, JsonObject, OperationResponse, VendorFacts } from '@majordomo/core';
import type { Invoked } from './connection.ts';

/** Facts about a response of Converse. */
export interface ConverseFacts extends VendorFacts {
  readonly wire: 'bedrock-converse';
  /** Time that the service needed, in milliseconds. */
  readonly latencyMs?: number | undefined;
  /** Members of the model's own response that `additionalModelResponseFieldPaths` requested, such as `stop_sequence`. */
  readonly additionalFields?: JsonObject | undefined;
  /** Assessments of a guardrail, and the model that a prompt router chose. */
  readonly trace?: JsonObject | undefined;
}

/** Returns the facts of a response of Converse; `undefined` for a response over another wire. */
export const converseFacts = ({ vendor }: Pick<ChatResponse, 'vendor'>): ConverseFacts | undefined =>
  vendor?.wire === 'bedrock-converse' ? (vendor as ConverseFacts) : undefined;

/** Returns the facts of a response of InvokeModel, which does not report the model. */
export const servedByInvoke = (wire: string, { requestId }: Invoked): Pick<OperationResponse, 'vendor'> => ({
  vendor: { wire, ...(requestId !== undefined && { requestId }) },
});
