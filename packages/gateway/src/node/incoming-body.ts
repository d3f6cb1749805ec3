import type { IncomingMessage } from 'node:http';

/** An answer that comes before the request is whole would be lost with a connection that is closed at once. */
const LINGER_MS = 5000;

/** The body of a request, read at its reader's pace. Unlike `Readable.toWeb`, a reader that stops closes no connection. */
export function incomingBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isLeft = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        incoming.on('data', (chunk: Buffer) => {
          if (isLeft) return;
          controller.enqueue(chunk);
          incoming.pause();
        });
        incoming.once('end', () => {
          if (!isLeft) controller.close();
        });
        incoming.once('close', () => {
          if (!isLeft && !incoming.complete) controller.error(new Error('the body did not come whole'));
        });
        incoming.pause();
      },
      pull() {
        incoming.resume();
      },
      cancel() {
        isLeft = true;
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

/** What is left of a request that is answered goes nowhere, and not for ever. */
export function lingered(incoming: IncomingMessage, body: Request['body']): void {
  if (incoming.complete || incoming.destroyed) return;
  // Locked where somebody reads it to its end.
  if (body?.locked === false) void body.cancel();
  incoming.resume();
  const timer = setTimeout(() => incoming.destroy(), LINGER_MS);
  incoming.once('close', () => {
    clearTimeout(timer);
  });
}
