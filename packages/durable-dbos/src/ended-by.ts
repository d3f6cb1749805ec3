import { LlmError } from '@majordomo/core';
import { Error as Errors } from '@dbos-inc/dbos-sdk';

/** Errors of DBOS that say what is to be done in words of its own. */
export function runFailure(error: unknown): LlmError | undefined {
  if (!(error instanceof Errors.DBOSUnexpectedStepError)) return undefined;
  const { expectedName } = error;
  const what = `the agent was changed under the run: it asks for "${expectedName}", and its journal has something else there`;
  const remedy =
    'let processes of the old agent finish its runs, and give the new one an applicationVersion of its own';
  return new LlmError('config', `${what}; ${remedy}`, { path: expectedName }, { cause: error });
}
