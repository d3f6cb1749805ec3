import type { ChatResponse } from '@majordomo/core';
import { checkFinite, checkOptions as checkKinds } from '@majordomo/core/toolkit';

/** Options of `toLanguageModel` and `toAISDK`. */
export interface BridgeOptions {
  /**
   * Returns the cost of an answer for its metadata, such as `costOfResponse` of `@majordomo/catalog`. Without a result within one
   * second, the metadata contain no cost.
   */
  readonly cost?: ((response: ChatResponse) => Promise<{ readonly nanoUsd: bigint | undefined }>) | undefined;
  /**
   * Time limit of a call, in milliseconds: the AI SDK does not cancel a stream whose reader stops. A stream without a reader ends
   * after `unreadMs` (5 minutes) in any case. `@default` that of the chain
   */
  readonly totalMs?: number | undefined;
}

/** Throws `config` for invalid options of the function `of`. */
export function checkOptions(of: string, options: BridgeOptions): void {
  checkKinds(of, options, { cost: 'function', totalMs: 0 });
  checkFinite(options.totalMs, 'totalMs', `${of}: `);
}
