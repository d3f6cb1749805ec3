import type { ChatResponse, VendorFacts } from '@majordomo/core';

/** Facts about a response over the Responses API. */
export interface ResponsesFacts extends VendorFacts {
  readonly wire: 'openai-responses';
  /** Id of the vendor's conversation to which the response belongs. */
  readonly conversationId?: string | undefined;
}

/** Returns the facts of a response over the Responses API; `undefined` for a response over another wire. */
export const responsesFacts = ({ vendor }: Pick<ChatResponse, 'vendor'>): ResponsesFacts | undefined =>
  vendor?.wire === 'openai-responses' ? (vendor as ResponsesFacts) : undefined;
