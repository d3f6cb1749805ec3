import { once } from 'node:events';
import process from 'node:process';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import { loadServerStdio } from '../sdk.ts';

/** Serves the client on stdin and stdout until the client disconnects or the signal aborts. */
export async function serveOnStdio(
  factory: McpServerFactory,
  onerror: ((error: Error) => void) | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { serveStdio } = await loadServerStdio();
  const ended = Promise.race([
    once(process.stdin, 'end', { signal }),
    once(process.stdin, 'close', { signal }),
    // After a message that is too long, the SDK stops reading and would not detect that the client disconnects, so stop serving.
    once(process.stdin, 'pause', { signal }),
  ]);
  const handle = serveStdio(factory, onerror === undefined ? {} : { onerror });
  await ended.catch(() => undefined);
  await handle.close();
}
