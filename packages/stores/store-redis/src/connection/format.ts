import { LlmError } from '@majordomo/core';
import type { Client } from './client.ts';
import { evaluateScript, script } from './script.ts';

/** Version of the format of all data under a prefix, stored in the key `{prefix}:format`. */
const FORMAT = 1;

/** Returns the stored format. If none is stored, first stores the format of this version. */
const FORMAT_OF = script(`
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return redis.call('GET', KEYS[1])
`);

/** Checks the format of the stored data. Throws `config` for data of a newer format, and does not change the data. */
export async function checkFormat(client: Client, prefix: string): Promise<void> {
  const format = Number(await evaluateScript(client, FORMAT_OF, [`{${prefix}}:format`], [`${FORMAT}`]));
  if (format > FORMAT)
    throw new LlmError(
      'config',
      `redisStores: a newer version of @majordomo/store-redis wrote the data under "${prefix}" (format ${format}; this version supports formats up to ${FORMAT}); update the package, or use another prefix`,
      { path: 'prefix' },
    );
}
