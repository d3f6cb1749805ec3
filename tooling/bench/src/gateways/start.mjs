import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../measure/child.mjs';

const CHILD = join(import.meta.dirname, 'child.mjs');
const PORTKEY = new URL('../../peers/node_modules/@portkey-ai/gateway/', import.meta.url);

/** Each file exports `listen(dialect, origin, storeUrl)`, which returns the gateway's `url` and, if callers need one, their `key`. */
const FILES = {
  pipe: new URL('pipe.mjs', import.meta.url),
  'node:http': new URL('node-http.mjs', import.meta.url),
  majordomo: new URL('majordomo.mjs', import.meta.url),
  SQLite: new URL('over-sqlite.mjs', import.meta.url),
  PostgreSQL: new URL('over-postgres.mjs', import.meta.url),
  portkey: new URL('../../peers/gateways/portkey.mjs', import.meta.url),
};

export const hasPortkey = () => existsSync(PORTKEY);

/**
 * Starts a process with this gateway in front of the vendor at `origin`.
 *
 * @param {string} [storeUrl] database of a gateway that needs one
 * @returns {Promise<{ url: string, key: string | undefined, cpuOf: (work: () => Promise<void>) => Promise<number>, stop: () => void }>}
 *   `cpuOf`: CPU time of all threads of that process during the work, in µs
 */
export async function startGateway(name, wire, origin, storeUrl = '') {
  const { child, message } = await startChild(name, CHILD, [FILES[name].href, wire, origin, storeUrl], {
    // Portkey prints a greeting.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const cpu = async () => {
    child.send('cpu');
    const [used] = await once(child, 'message');
    return used;
  };
  return {
    url: message.url,
    key: message.key,
    async cpuOf(work) {
      const before = await cpu();
      await work();
      return (await cpu()) - before;
    },
    stop: () => child.kill(),
  };
}
