import { once } from 'node:events';
import { createServer } from 'node:net';
import { serve } from '../server/connection.mjs';
import { replies } from '../server/replies.mjs';

const ABORTS = 100;
const WARM_UP = 10;
/** Writes of a stream before it stalls: the headers and a few events, of which at least one is a delta. */
const WRITES = 8;

/**
 * Measures the time in ms from an abort to the close of the socket, as the server sees it. The server runs in this process, so
 * that both moments come from one clock.
 */
export async function abortTimes({ open }) {
  return {
    headers: await timesOf(open, 0),
    body: await timesOf(open, WRITES),
  };
}

async function timesOf(open, writes) {
  let socketOf = Promise.withResolvers();
  const replyTo = replies();
  const server = createServer((socket) => {
    serve(socket, (path, body) => {
      socketOf.resolve(socket);
      return { writes: replyTo(path, body).writes.slice(0, writes) };
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = await open(`http://127.0.0.1:${server.address().port}/paced-20`);
  const times = [];
  for (let n = -WARM_UP; n < ABORTS; n++) {
    socketOf = Promise.withResolvers();
    const controller = new AbortController();
    const reached = Promise.withResolvers();
    const ended = session.streamText(reached.resolve, controller.signal).then(
      () => Promise.reject(new Error('the call ended before its abort')),
      (error) => error,
    );
    const socket = await Promise.race([socketOf.promise, ended.then((error) => Promise.reject(error))]);
    if (writes > 0) await reached.promise;
    const start = performance.now();
    const closed = once(socket, 'close');
    controller.abort();
    await closed;
    if (n >= 0) times.push(performance.now() - start);
    const { kind } = await ended;
    if (kind !== 'aborted') throw new Error(`the call ended with ${kind}`);
  }
  server.close();
  return times;
}
