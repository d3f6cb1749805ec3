import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { McpServerHandle } from '../../src/index.ts';

/** Serves over HTTP in a process of a test, and prints the port. */
export function listen(server: McpServerHandle): void {
  const http = createServer((incoming, outgoing) => {
    void (async () => {
      const body = Buffer.concat(await incoming.toArray());
      const headers = incoming.headers as Record<string, string>;
      const { method = 'GET' } = incoming;
      const request = new Request('http://127.0.0.1/mcp', {
        method,
        headers,
        ...(body.length > 0 && { body }),
      });
      const response = await server.fetch(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      for await (const chunk of response.body ?? []) outgoing.write(chunk);
      outgoing.end();
    })();
  });
  http.listen(0, '127.0.0.1', () => {
    console.log((http.address() as AddressInfo).port);
  });
}
