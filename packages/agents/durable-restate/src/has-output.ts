import { HttpCallError, type Output } from '@restatedev/restate-sdk-clients';
import { MISMATCH_STATUS } from './mismatch.ts';

/** Restate's status for a run that an operator has killed. */
const KILLED = 409;

/** Whether the run has ended. Restate returns an error instead of an output if the run was killed or its agent changed. */
export async function hasOutput(output: () => PromiseLike<Output<unknown>>): Promise<boolean> {
  try {
    return (await output()).ready;
  } catch (error) {
    if (error instanceof HttpCallError && [KILLED, MISMATCH_STATUS].includes(error.status)) return true;
    throw error;
  }
}
