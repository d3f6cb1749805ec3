import type { ClaimStore } from '@majordomo/agent';
import { toStoredText } from '@majordomo/core/toolkit';
import type { Connection } from '../client/connection.ts';

/** Creates the store of claims. Claims are stored until they are deleted. */
export function postgresClaims(connection: Connection): ClaimStore {
  const { schema } = connection;
  return {
    async claim(key) {
      const rows = await connection.query(
        `INSERT INTO ${schema}.claims (key, at) VALUES ($1::text, ${schema}.now_ms())
         ON CONFLICT DO NOTHING RETURNING at::text AS at`,
        [toStoredText(key)],
      );
      return rows.length === 1;
    },
  };
}
