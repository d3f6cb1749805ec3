import { serveFetch, type FetchHandler } from '@majordomo/test-support/fetch-server';
import { onTestFinished } from 'vitest';

/** An HTTP server on this machine. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Cuts all connections, and listens no more. */
  stop(): Promise<void>;
}

/** Answers by a fetch handler, until the end of the current test. A connection whose response is `undefined` is cut. */
export async function httpServer(handle: FetchHandler, port?: number): Promise<HttpServer> {
  const { origin, port: actual, close } = await serveFetch(handle, port);
  onTestFinished(close);
  return { url: `${origin}/mcp`, port: actual, stop: close };
}
