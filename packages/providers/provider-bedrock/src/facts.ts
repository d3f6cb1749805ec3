import type { ChatResponse, JsonObject, VendorFacts } from '@majordomo/core';

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
