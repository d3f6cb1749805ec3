import { errorFromJson } from '@majordomo/agent/durable';
import { LlmError, messageOf } from '@majordomo/core';

/** Rejects with an `LlmError`: that of the run where it failed, else of what the engine said. */
export async function clearly<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (LlmError.is(error)) throw error;
    const { name, failure } = Object(error) as { readonly name?: string; readonly failure?: unknown };
    const { kind, message, details } = errorFromJson(failure) ?? {
      kind: name?.includes('NonExistent') === true ? 'not-found' : 'server',
      message: messageOf(error),
    };
    throw new LlmError(kind, `${what}: ${message}`, details, { cause: error });
  }
}
