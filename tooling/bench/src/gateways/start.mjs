import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const PORTKEY = new URL('../../peers/node_modules/@portkey-ai/gateway/', import.meta.url);

/** What stands before a vendor; each file exports `listen(dialect, origin)`, which gives its address. */
const FILES = {
  'pass-through': new URL('pass-through.mjs', import.meta.url),
  'by hand': new URL('by-hand.mjs', import.meta.url),
  'sdk by hand': new URL('sdk-by-hand.mjs', import.meta.url),
  majordomo: new URL('majordomo.mjs', import.meta.url),
  portkey: new URL('../../peers/gateways/portkey.mjs', import.meta.url),
};

export const hasPortkey = () => existsSync(PORTKEY);

/**
 * A process with this gateway before the vendor at `origin`.
 *
 * @returns {Promise<{ url: string, cpuOf: (work: () => Promise<void>) => Promise<number>, stop: () => void }>}
 *   `cpuOf`: µs of CPU of that process, all threads, while the work is done
 */
export async function startGateway(name, wire, origin) {
  const child = fork(CHILD, [FILES[name].href, wire, origin], {
    execArgv: ['--expose-gc'],
    // Some greet whoever starts them.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [url] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${name} ended with ${code} before it listened`);
    }),
  ]);
  const cpu = async (ask) => {
    child.send(ask);
    const [used] = await once(child, 'message');
    return used;
  };
  return {
    url,
    async cpuOf(work) {
      const before = await cpu('begin');
      await work();
      return (await cpu('end')) - before;
    },
    stop: () => child.kill(),
  };
}
