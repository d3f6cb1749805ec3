import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemClock } from '@majordomo/core';
import { DEFAULT_MAX_BYTES } from './served-gateway.ts';

/** Maximum time for which the rest of a body is discarded, in milliseconds. */
const MAX_MS = 5000;
/** Number of bytes that are discarded also with a smaller `maxBodyBytes`, because the client may send its body before it reads. */
const MIN_BYTES = DEFAULT_MAX_BYTES;

/** Requests whose bodies are discarded. */
const discarding = new WeakSet<IncomingMessage>();

/**
 * Discards the rest of a body that is incomplete at the end of its response: at most `maxBytes` or 32 MiB, for at most 5 s.
 * Then the connection is destroyed. Many clients read no response before they have sent their body, and lose the response if the connection
 * is closed earlier.
 */
export function discardUnread(incoming: IncomingMessage, outgoing: ServerResponse, maxBytes: number): void {
  // After `finish`, Node would close the connection, or read the rest without a limit.
  outgoing.once('prefinish', () => {
    discard(incoming, maxBytes);
  });
}

/** Discards the body of a refused request. Returns whether it has already arrived completely, so that the connection can stay open. */
export async function hasArrived(incoming: IncomingMessage, maxBytes: number): Promise<boolean> {
  discard(incoming, maxBytes);
  // The parser passes on what has arrived within one turn of the event loop.
  if (!incoming.complete) await new Promise((resolve) => setImmediate(resolve));
  return incoming.complete;
}

function discard(incoming: IncomingMessage, maxBytes: number): void {
  if (incoming.complete || incoming.destroyed || discarding.has(incoming)) return;
  discarding.add(incoming);
  const { socket } = incoming;
  let rest = Math.max(maxBytes, MIN_BYTES);
  let isLast = false;
  const destroy = (): void => void socket.destroy();
  const stop = systemClock.timer(MAX_MS, destroy);
  // Node calls this function after a response with `connection: close`. A client whose connection ends cannot send its body.
  socket.destroySoon = () => {
    isLast = true;
  };
  // The reader of the body pauses the request after each chunk.
  incoming.removeAllListeners('data');
  incoming.on('data', (chunk: Uint8Array) => {
    rest -= chunk.length;
    if (rest < 0) destroy();
  });
  incoming.once('end', () => {
    // The method of Node applies again, and is called if Node has called it in the meantime.
    delete (socket as Partial<typeof socket>).destroySoon;
    if (isLast) socket.destroySoon();
  });
  incoming.once('close', stop).resume();
}
