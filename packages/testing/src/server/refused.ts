import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** The origin of a port on 127.0.0.1 where nobody listens: connections are refused. */
export async function refusedURL(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
  return `http://127.0.0.1:${port}`;
}
