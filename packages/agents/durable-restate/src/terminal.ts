import { errorToJson } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { CancelledError, TerminalError } from '@restatedev/restate-sdk';

/** Converts an error that ends a run on Restate. Returns `undefined` for any other error, which Restate retries. */
export function runFailure(error: unknown): LlmError | undefined {
  if (error instanceof CancelledError)
    return new LlmError('aborted', 'the run was cancelled', {}, { cause: error });
  if (error instanceof TerminalError) return new LlmError('server', error.message, {}, { cause: error });
  return undefined;
}

/** Converts an error to the form that Restate passes to clients. */
export const terminalError = (error: LlmError, errorCode = 500): TerminalError =>
  new TerminalError(error.message, { errorCode, metadata: { failure: JSON.stringify(errorToJson(error)) } });
