import type { ClaimStore } from '@majordomo/agent';
import { toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';

/** Creates the store of claims in the file. Claims are stored until they are deleted. */
export function sqliteClaims(database: Database, now: () => number): ClaimStore {
  const put = database.prepare('INSERT INTO claims (key, at) VALUES (?, ?) ON CONFLICT DO NOTHING');
  return {
    claim: (key) => database.write(() => Number(put.run(toStoredText(key), Math.floor(now())).changes) === 1),
  };
}
