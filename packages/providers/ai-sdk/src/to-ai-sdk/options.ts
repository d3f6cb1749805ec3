import type { ChatResponse } from '@majordomo/core';
import { checkOptions as checkKinds, number } from '@majordomo/core/toolkit';

/** Options of `toLanguageModel` and `toAISDK`. */
export interface BridgeOptions {
  /**
   * Function that returns the cost of a response for its metadata, such as `costOfResponse` of `@majordomo/catalog`. If the
   * function throws or returns nothing within one second, the metadata contain no cost.
   */
  readonly cost?: ((response: ChatResponse) => Promise<{ readonly nanoUsd: bigint | undefined }>) | undefined;
  /**
   * Time limit of a call, in milliseconds. The limit also ends a stream whose reader stops, because the AI SDK does not cancel
   * such a stream. Without this limit, the stream ends after `unreadMs` (5 minutes). `@default` the limit of the chain
   */
  readonly totalMs?: number | undefined;
}

/** Throws `config` for invalid options. `of`: name of the function that received the options. */
export function checkOptions(of: string, options: BridgeOptions): void {
  checkKinds(of, options, { cost: 'function', totalMs: number(0) });
}
