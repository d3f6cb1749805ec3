import { join } from 'node:path';
import { startChild } from '../measure/child.mjs';

/** Starts the server. `place('text-50')` returns the origin that serves this script. */
export async function startServer() {
  const { child, message: port } = await startChild('the server', join(import.meta.dirname, 'main.mjs'));
  const origin = `http://127.0.0.1:${port}`;
  return { origin, place: (script) => `${origin}/${script}`, stop: () => child.kill() };
}
