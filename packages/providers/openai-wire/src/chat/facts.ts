import type { ChatResponse, VendorFacts } from '@majordomo/core';

/** Facts about a response over Chat Completions. `other` contains members that only some vendors send, such as `provider`. */
export interface ChatFacts extends VendorFacts {
  readonly wire: 'openai-chat';
  /** Identifier of the server's configuration. Equal requests with a seed are reproducible only with equal fingerprints. */
  readonly systemFingerprint?: string | undefined;
  /** Stop sequence that ended the response, which some local servers report. */
  readonly stopSequence?: string | undefined;
}

/** Returns the facts of a response over Chat Completions; `undefined` for a response over another wire. */
export const chatFacts = ({ vendor }: Pick<ChatResponse, 'vendor'>): ChatFacts | undefined =>
  vendor?.wire === 'openai-chat' ? (vendor as ChatFacts) : undefined;
