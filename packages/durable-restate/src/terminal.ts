import { errorToJson } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { CancelledError, TerminalError } from '@restatedev/restate-sdk';

/** What ends a run on Restate, as ours. Everything else Restate tries again. */
export function runFailure(error: unknown): LlmError | undefined {
  if (error instanceof CancelledError)
    return new LlmError('aborted', 'the run was cancelled', {}, { cause: error });
  if (error instanceof TerminalError) return new LlmError('server', error.message, {}, { cause: error });
  return undefined;
}

/** As what Restate hands to whoever waits. */
export const terminal = (error: LlmError, errorCode = 500): TerminalError =>
  new TerminalError(error.message, { errorCode, metadata: { failure: JSON.stringify(errorToJson(error)) } });
