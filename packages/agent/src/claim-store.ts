/**
 * Store that admits each call of a tool with `effect: 'once'` a single time, over all processes that share it.
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
   * Records the key `<run>/<step>/<call>` and returns whether it was absent. Must be atomic: `true` for exactly one caller. A
   * rejection ends the run before the tool begins. A key must never expire while its state can be resumed.
   */
  claim(key: string): Promise<boolean>;
}
