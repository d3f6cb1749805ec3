import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { socketFetch } from '../../src/index.ts';

// Measures in this process, with the server: the CPU time of a turn over a socket relative to HTTP for a transcript of 1 MB, and the
// memory of an idle socket without items, and of each item.
const ITEMS = 1000;
const TURNS = 20;
const ROUNDS = 5;
const events = (id: string): readonly string[] => [
  JSON.stringify({ type: 'response.created', response: { id, output: [] } }),
  JSON.stringify({ type: 'response.completed', response: { id, output: [] } }),
];
const http = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString());
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.end(
      events('resp_1')
        .map((event) => `data: ${event}\n\n`)
        .join(''),
    );
  });
});
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

/** Returns the CPU time of a conversation of 1 MB that grows by one item per turn, in ms per turn. */
async function cpuOf(fetch: typeof globalThis.fetch): Promise<number> {
  const input = inputOf(ITEMS);
  await send(fetch, input);
  const before = process.cpuUsage();
  for (let turn = 0; turn < TURNS; turn++) {
    input.push({ role: 'user', content: `turn ${turn}` });
    await send(fetch, input);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / TURNS;
}

/** Returns the used memory after buffers of the network have been collected. */
async function memory(): Promise<number> {
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc?.();
    await new Promise((next) => setImmediate(next));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Returns the memory of an idle socket after a request with this number of items, with both of its ends. */
async function memoryOf(items: number): Promise<number> {
  const sockets = socketFetch();
  const input = inputOf(items);
  await send(sockets, input, 'first');
  const before = await memory();
  const count = 40;
  for (let n = 0; n < count; n++) await send(sockets, input, `key ${n}`);
  const perSocket = ((await memory()) - before) / count;
  sockets.close();
  return perSocket;
}

const sockets = socketFetch();
let overSocket = Infinity;
let overHttp = Infinity;
for (let round = 0; round < ROUNDS; round++) {
  overSocket = Math.min(overSocket, await cpuOf(sockets));
  overHttp = Math.min(overHttp, await cpuOf(fetch));
}
const empty = await memoryOf(1);
const perItem = ((await memoryOf(2001)) - empty) / 2000;
console.log(JSON.stringify({ overSocket, overHttp, empty, perItem }));
process.exit();
