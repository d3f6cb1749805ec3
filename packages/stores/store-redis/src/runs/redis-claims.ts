import type { ClaimStore } from '@majordomo/agent';
import { toStoredText } from '@majordomo/core/toolkit';
import type { Connection } from '../connection/connection.ts';
import { script } from '../connection/script.ts';

/** Script that claims a key. The token identifies a `claim` call, so that a client may repeat its command. */
const CLAIM = script(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX') then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
`);

/** Creates the store of claims, which never expire. On a cluster, claims are distributed over all nodes. */
export function redisClaims(connection: Connection, prefix: string): ClaimStore {
  return {
    async claim(key) {
      const name = `${prefix}:claim:${toStoredText(key)}`;
      const claimed = await connection.run(CLAIM, [name], [crypto.randomUUID()]);
      return Number(claimed) === 1;
    },
  };
}
