import { once } from 'node:events';
import process from 'node:process';
import type { McpServer } from '@modelcontextprotocol/server';
import { loadServerStdio } from '../sdk.ts';
import type { Changes } from './changes.ts';
import type { Closing } from './closing.ts';

/** Serves the client on stdin and stdout until the client disconnects or the server is closed. */
export async function serveOnStdio(
  factory: () => Promise<McpServer>,
  onerror: ((error: Error) => void) | undefined,
  closing: Closing,
  changes: Changes,
): Promise<void> {
  const { serveStdio } = await loadServerStdio();
  // After a message that is too long, the SDK stops reading and would not detect that the client disconnects, so stop serving.
  const events = ['end', 'close', 'pause'];
  const ended = closing.run(undefined, (signal) =>
    Promise.race(events.map((event) => once(process.stdin, event, { signal }))),
  );
  const handle = serveStdio(
    async ({ era }) => {
      const server = await factory();
      changes.add(server, era);
      return server;
    },
    onerror === undefined ? {} : { onerror },
  );
  await ended.catch(() => undefined);
  await handle.close();
}
