import type { RequestListener } from 'node:http';
import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { testServer, type Answer, type TestServer } from '@majordomo/test-support';

export type Protocol = 'http1' | 'http2';

/** Starts a server over HTTP/1.1, or HTTP/2 in clear text. */
export const serverOf = (protocol: Protocol, answer: Answer): Promise<TestServer> =>
  protocol === 'http1' ? testServer(answer) : testServer(answer, http2);

/** The compatibility layer of HTTP/2 has the same methods under other types. */
const http2 = (listener: RequestListener): Http2Server =>
  createServer(
    listener as unknown as (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  ).on('session', (session) => {
    session.on('error', () => undefined);
  });
