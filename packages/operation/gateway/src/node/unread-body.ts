import type { IncomingMessage } from 'node:http';
import { systemClock } from '@majordomo/core';

/** Time without a chunk after which the rest of a body is not awaited, in milliseconds. */
const IDLE_MS = 500;

/**
 * Reads and discards the rest of the body of a refused request. Many clients read no response before they have sent their body, and
 * lose the response if the connection is closed earlier. Returns whether the client has sent the complete body.
 */
export function discardBody(incoming: IncomingMessage): Promise<boolean> {
  if (incoming.complete || incoming.destroyed) return Promise.resolve(incoming.complete);
  return new Promise((resolve) => {
    let stop = systemClock.timer(IDLE_MS, end);
    const discard = (): void => {
      stop();
      stop = systemClock.timer(IDLE_MS, end);
    };
    function end(): void {
      stop();
      incoming.off('data', discard).off('end', end).off('close', end);
      resolve(incoming.complete);
    }
    // The reader of the body pauses the request after each chunk.
    incoming.removeAllListeners('data');
    incoming.on('data', discard).on('end', end).on('close', end).resume();
  });
}
