import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { socketFetch } from '../../src/index.ts';

// Measures in this process, with the server: the memory of an idle socket without items, and of each item.
const ITEMS = 1000;
const SOCKETS = 20;
const events = (id: string): readonly string[] => [
  JSON.stringify({ type: 'response.created', response: { id, output: [] } }),
  JSON.stringify({ type: 'response.completed', response: { id, output: [] } }),
];
const http = createServer();
let responses = 0;
new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (data) => {
    JSON.parse((data as Buffer).toString());
    for (const event of events(`resp_${++responses}`)) socket.send(event);
  });
});
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1/responses`;

const inputOf = (items: number): object[] =>
  Array.from({ length: items }, (_, n) => ({ role: 'user', content: `${n} ${'x'.repeat(1000)}` }));

async function send(fetch: typeof globalThis.fetch, input: readonly object[], key = 'k'): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const body = JSON.stringify({ model: 'm', stream: true, input });
  await (await fetch(url, { method: 'POST', headers, body })).text();
}

/** Returns the used memory after buffers of the network have been collected. */
async function memory(): Promise<number> {
  let least = Infinity;
  for (let turn = 0; turn < 8; turn++) {
    globalThis.gc?.();
    await new Promise((next) => setImmediate(next));
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

/** Returns the memory of an idle socket after a request with this number of items, with both of its ends. */
async function memoryOf(items: number): Promise<number> {
  const sockets = socketFetch();
  const input = inputOf(items);
  await send(sockets, input, 'first');
  const before = await memory();
  for (let n = 0; n < SOCKETS; n++) await send(sockets, input, `key ${n}`);
  const perSocket = ((await memory()) - before) / SOCKETS;
  sockets.close();
  return perSocket;
}

// The first sockets also fill caches of the process.
await memoryOf(1);
const empty = await memoryOf(1);
const perItem = ((await memoryOf(ITEMS + 1)) - empty) / ITEMS;
console.log(JSON.stringify({ empty, perItem }));
process.exit();
