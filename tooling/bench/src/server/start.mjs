import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));

/** Starts the server. `place('text-50')` returns the origin that serves this script. */
export async function startServer() {
  const child = fork(MAIN, [], { execArgv: [] });
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${code} before it listened`);
    }),
  ]);
  const origin = `http://127.0.0.1:${port}`;
  return { origin, place: (script) => `${origin}/${script}`, stop: () => child.kill() };
}
