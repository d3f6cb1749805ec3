import type { ChatResponse } from '@majordomo/core';
import { checkFinite, checkOptions as checkKinds } from '@majordomo/core/toolkit';

/** What both `toLanguageModel` and `toAISDK` take. */
export interface BridgeOptions {
  /**
   * Adds what an answer cost to its metadata, as nano-USD in decimal; `costOfResponse` fits. It is given a second: what it
   * has not told by then, or throws, is left out.
   */
  readonly cost?: ((response: ChatResponse) => Promise<{ readonly nanoUsd: bigint | undefined }>) | undefined;
  /**
   * The most that a call may take, in ms, since a reader that breaks off does not cancel in the AI SDK. Default: that of the
   * majordomo's own chain; a stream that nobody reads is left after its `unreadMs` (5 minutes) in any case.
   */
  readonly totalMs?: number | undefined;
}

/** Throws `config` for options that cannot be meant. `of`: whose. */
export function checkOptions(of: string, options: BridgeOptions): void {
  checkKinds(of, options, { cost: 'function', totalMs: 0 });
  checkFinite(options.totalMs, 'totalMs', `${of}: `);
}
