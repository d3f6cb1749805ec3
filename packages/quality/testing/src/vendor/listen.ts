import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Server on 127.0.0.1. */
export interface Listening {
  /** Origin, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Closes the server and its connections. */
  readonly close: () => Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<Listening> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Never close idle connections, because a client could be about to send a request over one.
  server.keepAliveTimeout = 0;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
