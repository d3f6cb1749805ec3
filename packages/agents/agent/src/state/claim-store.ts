import { LlmError } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';

/**
 * Store that admits each call of a tool with `effect: 'once'` only once, across all processes that share the store.
 *
 * @example
 * // PostgreSQL, with `CREATE TABLE claims (key text PRIMARY KEY)`
 * const claim: ClaimStore = {
 *   async claim(key) {
 *     const { rowCount } = await pool.query('INSERT INTO claims VALUES ($1) ON CONFLICT DO NOTHING', [key]);
 *     return rowCount === 1;
 *   },
 * };
 */
export interface ClaimStore {
  /**
   * Stores the key `<run>/<step>/<call>` and returns whether the key was new. Must be atomic, so that exactly one caller receives
   * `true`. If the method rejects, the run ends before the tool starts. A key must not expire while the run can be resumed.
   */
  claim(key: string): Promise<boolean>;
}

/** Throws `config` for a value that is not a store of claims. */
export function checkClaimStore(method: string, claim: ClaimStore): void {
  checkOptions(method, { claim }, { claim: 'object with claim' });
}

/** Returns the error for a call of a tool with `effect: 'once'` that no store claims. */
export const missingClaim = (toolName: string): LlmError =>
  new LlmError(
    'config',
    `claim: "${toolName}" has effect 'once', and another process or agent may have started this call; pass \`claim\`, a store that all processes share`,
    { path: 'claim' },
  );
