import type { Attempt } from '../contract/llm-error.ts';

/** What was granted to one attempt. */
export interface Admission {
  /** Starts every settle at once; resolves when all are done, or after a second. A throwing permit changes nothing. */
  settle(outcome: Attempt): Promise<void> | undefined;
}

/** No gate was asked: there is nothing to settle. */
export const FREE: Admission = { settle: () => undefined };
