import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { serve } from '../src/node.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const gateway = { fetch: () => Promise.resolve(Response.json({ from: 'gateway' })) };

/** Sends a request that asks for a protocol, and returns the response to it. */
function ask(url: string, path: string, upgrade: string): Promise<Answer> {
  const headers = {
    connection: 'Upgrade',
    upgrade,
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { headers }, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => (body += chunk));
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode, headers: incoming.headers, body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('an upgrade to a WebSocket', () => {
  it.each(['/v1/responses', '/v1/responses?a=b'])('at %s is refused with 426 and HTTP/1.1', async (path) => {
    const served = await serve(gateway, { port: 0 });
    try {
      const { status, headers, body } = await ask(served.url, path, 'WebSocket');
      expect([status, headers.upgrade, headers.connection]).toEqual([426, 'HTTP/1.1', 'upgrade, close']);
      expect(JSON.parse(body)).toEqual({
        error: {
          message: 'the gateway serves no WebSockets; send POST /v1/responses',
          type: 'invalid_request_error',
          param: null,
          code: 'unsupported',
        },
      });
    } finally {
      await served.close();
    }
  });

  it.each([
    ['/v1/models', 'websocket', false],
    ['/v1/models', 'websocket', true],
    ['/v1/responses', 'h2c', false],
    ['/v1/responses', 'h2c', true],
  ])('at %s to %s reaches the gateway as a request, with sockets: %s', async (path, upgrade, sockets) => {
    const served = await serve(gateway, { port: 0, sockets });
    try {
      const { status, body } = await ask(served.url, path, upgrade);
      expect([status, JSON.parse(body)]).toEqual([200, { from: 'gateway' }]);
    } finally {
      await served.close();
    }
  });
});
