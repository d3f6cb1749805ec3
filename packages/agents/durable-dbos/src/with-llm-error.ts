import { Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import { errorFromJson } from '@majordomo/agent/durable';
import { LlmError, messageOf } from '@majordomo/core';

/** Converts a rejection to an `LlmError`: the failure of the run if the error contains it, otherwise the error of DBOS. */
export async function withLlmError<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (LlmError.is(error)) throw error;
    const { failure } = Object(error) as { readonly failure?: unknown };
    const { kind, message, details } = errorFromJson(failure) ?? {
      kind: error instanceof DbosErrors.DBOSNonExistentWorkflowError ? 'not-found' : 'server',
      message: messageOf(error),
    };
    throw new LlmError(kind, `${what}: ${message}`, details, { cause: error });
  }
}
