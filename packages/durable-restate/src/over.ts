import { HttpCallError, type Output } from '@restatedev/restate-sdk-clients';
import { CHANGED } from './changed.ts';

/** What Restate answers with for a run that it ended by itself, since an operator killed it. */
const KILLED = 409;

/**
 * Whether Restate has an end of the run. One that was killed, or ended since its agent was changed, had no time to say that none
 * of its calls waits any more.
 */
export async function isOver(output: () => PromiseLike<Output<unknown>>): Promise<boolean> {
  try {
    return (await output()).ready;
  } catch (error) {
    if (error instanceof HttpCallError && [KILLED, CHANGED].includes(error.status)) return true;
    throw error;
  }
}
