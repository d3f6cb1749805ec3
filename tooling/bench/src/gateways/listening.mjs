import { once } from 'node:events';
import { createServer } from 'node:http';

/** The address of a server that answers like this. */
export async function listening(answer) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}
