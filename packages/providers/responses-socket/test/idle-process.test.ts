import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

const SCRIPT = fileURLToPath(new URL('support/ask-once-process.ts', import.meta.url));
const LOADER = new URL('../../../../tooling/build/from-sources.ts', import.meta.url).href;

it('a process with an idle socket ends by itself', { timeout: 60_000 }, async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.on('message', () => {
      const response = { id: 'resp_1', output: [] };
      socket.send(JSON.stringify({ type: 'response.completed', response }));
    });
  });
  const { port } = server.address() as AddressInfo;
  const child = spawn(
    process.execPath,
    ['--import', LOADER, SCRIPT, `http://127.0.0.1:${port}/v1/responses`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  expect([code, out]).toEqual([0, 'resp_1 1\n']);
  server.close();
});
