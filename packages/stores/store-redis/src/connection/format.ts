import { LlmError } from '@majordomo/core';
import type { Client } from './client.ts';
import { evaluateScript, script } from './script.ts';

/** Version of the format of all data under a prefix, stored in the key `{prefix}:format`. */
const FORMAT = 1;

/**
 * Returns the stored format, and the policy by which Redis evicts keys, or '' if Redis has no memory limit or does not report it. If no
 * format is stored, first stores the format of this version.
 */
const FORMAT_OF = script(`
redis.call('SET', KEYS[1], ARGV[1], 'NX')
local memory = redis.pcall('INFO', 'memory')
local policy = type(memory) == 'string' and not string.find(memory, 'maxmemory:0[^%d]') and string.match(memory, 'maxmemory_policy:([%w-]+)')
return { redis.call('GET', KEYS[1]), policy or '' }
`);

/**
 * Checks the format of the stored data. Throws `config` for data of a newer format, and does not change the data. Returns a warning if
 * Redis may evict data.
 */
export async function checkFormat(client: Client, prefix: string): Promise<LlmError | undefined> {
  const found = await evaluateScript(client, FORMAT_OF, [`{${prefix}}:format`], [`${FORMAT}`]);
  const [stored, policy] = found as readonly (string | number)[];
  const format = Number(stored);
  if (format > FORMAT)
    throw new LlmError(
      'config',
      `redisStores: a newer version of @majordomo/store-redis wrote the data under "${prefix}" (format ${format}; this version supports formats up to ${FORMAT}); update the package, or use another prefix`,
      { path: 'prefix' },
    );
  if (policy === undefined || policy === '' || policy === 'noeviction') return undefined;
  return new LlmError(
    'config',
    `redisStores: Redis has the maxmemory-policy ${policy}, so it may delete limits, keys and jobs; set noeviction, or use a separate Redis`,
  );
}
