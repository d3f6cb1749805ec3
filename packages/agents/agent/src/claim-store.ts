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
