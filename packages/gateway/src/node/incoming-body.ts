import type { IncomingMessage } from 'node:http';
import type { TakeBody } from '../reading/unread.ts';

/** An answer that comes before the request is whole would be lost with a connection that is closed at once. */
const LINGER_MS = 5000;

const broken = (): Error => new Error('the body did not come whole');

/** The body of a request, read at its reader's pace. Unlike `Readable.toWeb`, a reader that stops closes no connection. */
export function incomingBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isLeft = false;
  let isBegun = false;
  const begin = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    isBegun = true;
    incoming.on('data', (chunk: Buffer) => {
      if (isLeft) return;
      controller.enqueue(chunk);
      incoming.pause();
    });
    incoming.once('end', () => {
      if (!isLeft) controller.close();
    });
    const gone = (): void => {
      if (!isLeft && !incoming.complete) controller.error(broken());
    };
    if (incoming.destroyed) gone();
    else incoming.once('close', gone);
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (!isBegun) begin(controller);
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

/** The same without a stream, for a body that nobody has begun to read. */
export const takeBody =
  (incoming: IncomingMessage): TakeBody =>
  (most) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const over = (): void => {
        incoming.off('data', add).off('end', end).off('close', gone);
      };
      const add = (chunk: Buffer): void => {
        length += chunk.byteLength;
        chunks.push(chunk);
        if (length <= most) return;
        over();
        incoming.pause();
        resolve(undefined);
      };
      const end = (): void => {
        over();
        resolve(bytesOf(chunks, length));
      };
      const gone = (): void => {
        over();
        reject(broken());
      };
      if (incoming.destroyed) gone();
      else incoming.on('data', add).on('end', end).on('close', gone);
    });

/** What came in one piece stays there: it is read at once, and nobody keeps it. */
function bytesOf(chunks: readonly Buffer[], length: number): Uint8Array<ArrayBuffer> {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only as Buffer<ArrayBuffer>;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
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
