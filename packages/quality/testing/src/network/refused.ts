import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Minimum port to try. Systems automatically assign only ports above `MAX_PORT`, so a free port below it usually stays free. */
const MIN_PORT = 20_000;
const MAX_PORT = 30_000;

/** Returns an origin on 127.0.0.1 whose port refuses connections. */
export async function refusedURL(): Promise<string> {
  for (;;) {
    const port = randomInt(MIN_PORT, MAX_PORT);
    if (await isFree(port)) return `http://127.0.0.1:${port}`;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
