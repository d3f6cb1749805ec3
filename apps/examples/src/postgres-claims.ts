import type { ClaimStore } from '@majordomo/agent';

/** Members of a `Pool` or `Client` of `pg` that claims use. */
export interface Queries {
  query(text: string, values?: unknown[]): Promise<{ readonly rowCount: number | null }>;
}

/**
 * Stores claims of tool calls with `effect: 'once'` in PostgreSQL, for `agent.run(state, { claim: postgresClaims(pool) })`.
 * Requires the table `CREATE TABLE claims (key text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`.
 */
export const postgresClaims = (pool: Queries): ClaimStore => ({
  async claim(key) {
    const { rowCount } = await pool.query('INSERT INTO claims (key) VALUES ($1) ON CONFLICT DO NOTHING', [
      key,
    ]);
    return rowCount === 1;
  },
});
