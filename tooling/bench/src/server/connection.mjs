// Minimal HTTP/1.1 for the clients, so that the server does not affect the measurement.
import { Buffer } from 'node:buffer';
import { setImmediate, setTimeout } from 'node:timers';

const BLANK_LINE = '\r\n\r\n';

/** Reads requests from a socket, one after the other. `answer(path, body)` returns the bytes to write. */
export function serve(socket, answer) {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  let buffer = Buffer.alloc(0);
  /** @type {{ path: string, from: number, to: number } | undefined} */
  let request;
  socket.on('data', (bytes) => {
    buffer = buffer.length === 0 ? bytes : Buffer.concat([buffer, bytes]);
    for (;;) {
      request ??= readHead(buffer);
      if (request === undefined || buffer.length < request.to) return;
      const { path, from, to } = request;
      const body = buffer.subarray(from, to);
      buffer = buffer.subarray(to);
      request = undefined;
      const { writes, everyMs } = answer(path, body);
      write(socket, writes, everyMs);
    }
  });
}

function readHead(buffer) {
  const end = buffer.indexOf(BLANK_LINE);
  if (end < 0) return undefined;
  const head = buffer.latin1Slice(0, end);
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/'));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? '0';
  const from = end + BLANK_LINE.length;
  return { path, from, to: from + Number(length) };
}

/** Makes several writes in separate turns of the event loop, or at intervals. */
function write(socket, writes, everyMs, at = 0) {
  if (socket.destroyed || at === writes.length) return;
  socket.write(writes[at]);
  const goOn = () => write(socket, writes, everyMs, at + 1);
  if (everyMs === undefined) setImmediate(goOn);
  else setTimeout(goOn, everyMs);
}
