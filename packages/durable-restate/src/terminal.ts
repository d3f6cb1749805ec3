import { failureOf } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { CancelledError, TerminalError } from '@restatedev/restate-sdk';

/** The chain has tried what there is to try: Restate does not try again. An attempt that is over ends nothing. */
export function asTerminal(error: unknown, { aborted }: AbortSignal): unknown {
  if (error instanceof CancelledError)
    return terminal(new LlmError('aborted', 'the run was cancelled', {}, { cause: error }));
  return LlmError.is(error) && !aborted ? terminal(error) : error;
}

/** As what Restate hands to whoever waits. */
export const terminal = (error: LlmError, errorCode = 500): TerminalError =>
  new TerminalError(error.message, { errorCode, metadata: { failure: JSON.stringify(failureOf(error)) } });
