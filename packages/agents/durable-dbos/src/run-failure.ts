import { LlmError } from '@majordomo/core';
import { Error as Errors } from '@dbos-inc/dbos-sdk';

/** Converts the DBOS error that reports a changed agent. Returns `undefined` for any other error. */
export function runFailure(error: unknown): LlmError | undefined {
  if (!(error instanceof Errors.DBOSUnexpectedStepError)) return undefined;
  const { expectedName } = error;
  const what = `the agent changed during the run: it executes "${expectedName}", and its journal contains another step`;
  const remedy =
    'let processes of the old agent finish its runs, and give the new agent another applicationVersion';
  return new LlmError('config', `${what}; ${remedy}`, { path: expectedName }, { cause: error });
}
