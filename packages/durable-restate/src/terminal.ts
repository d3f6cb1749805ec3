import { errorToJson } from '@majordomo/agent/durable';
import { LlmError } from '@majordomo/core';
import { CancelledError, TerminalError } from '@restatedev/restate-sdk';

/** Converts the errors that end a run on Restate. Restate retries all others. */
export function runFailure(error: unknown): LlmError | undefined {
  if (error instanceof CancelledError)
    return new LlmError('aborted', 'the run was cancelled', {}, { cause: error });
  if (error instanceof TerminalError) return new LlmError('server', error.message, {}, { cause: error });
  return undefined;
}

/** Converts an error to the form that Restate passes to clients. */
export const terminalError = (error: LlmError, errorCode = 500): TerminalError =>
  new TerminalError(error.message, { errorCode, metadata: { failure: JSON.stringify(errorToJson(error)) } });
