import { once } from 'node:events';
import { createServer } from 'node:http';

/** Starts a server with this handler and returns its address. */
export async function listening(answer) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}` };
}
