import { once } from 'node:events';
import { createServer } from 'node:net';

/** The import starts the gateway on a port from the command line. */
export async function listen() {
  const port = await freePort();
  process.argv = [...process.argv.slice(0, 2), `--port=${port}`, '--headless'];
  process.env.NODE_ENV = 'production';
  await import('@portkey-ai/gateway/build/start-server.js');
  return { url: `http://127.0.0.1:${port}` };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
