import { createMajordomo } from '@majordomo/core';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createGateway } from '../../src/index.ts';
import { serve } from '../../src/node.ts';

// Opens 500 idle sockets of a gateway in this process, and prints the memory of each with both of its ends, in bytes.
const COUNT = 500;
const gateway = createGateway({
  majordomo: createMajordomo({ providers: [] }),
  models: {},
  authorize: () => ({}),
  maxSockets: 1000,
});
const served = await serve(gateway, { port: 0, sockets: true });
const { port } = new URL(served.url);

async function open(): Promise<void> {
  const connection = connect(Number(port), '127.0.0.1');
  connection.write(
    'GET /v1/responses HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(connection, 'data');
}

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// The first sockets load code.
for (let count = 0; count < 50; count++) await open();
const before = memory();
for (let count = 0; count < COUNT; count++) await open();
console.log((memory() - before) / COUNT);
process.exit();
