import type { LlmError, ModelContext } from '@majordomo/core';

/** Requests of one attempt, which convert the errors of the provider's SDK. */
export interface Session {
  toLlmError(error: unknown): LlmError;
}

/** Opens the session of an attempt. */
export type Open<Own> = (about: Pick<ModelContext, 'target'>) => Own;

/**
 * Opens a session, runs a request and converts its errors. After an abort, throws the signal's reason instead of the error of the
 * SDK that the abort caused.
 */
export async function sessionCall<Own extends Session, Result>(
  open: Open<Own>,
  { target, signal }: Pick<ModelContext, 'target' | 'signal'>,
  call: (session: Own) => Promise<Result>,
): Promise<Result> {
  const session = open({ target });
  try {
    return await call(session);
  } catch (error) {
    signal.throwIfAborted();
    throw session.toLlmError(error);
  }
}
