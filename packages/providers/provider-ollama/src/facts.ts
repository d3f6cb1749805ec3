import type { ChatResponse, VendorFacts } from '@majordomo/core';

/** Facts about a response of Ollama's chat API. All durations are in milliseconds. */
export interface OllamaFacts extends VendorFacts {
  readonly wire: 'ollama-chat';
  readonly totalMs?: number | undefined;
  /** Time for loading the model. */
  readonly loadMs?: number | undefined;
  /** Time for processing the prompt. */
  readonly promptMs?: number | undefined;
  /** Time for generating the response. */
  readonly generationMs?: number | undefined;
}

/** Returns the facts of a response of Ollama's chat API; `undefined` for a response over another wire. */
export const ollamaFacts = ({ vendor }: Pick<ChatResponse, 'vendor'>): OllamaFacts | undefined =>
  vendor?.wire === 'ollama-chat' ? (vendor as OllamaFacts) : undefined;
