import { messageOf } from '@majordomo/core';
import { listen } from '@majordomo/testing/internal';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { maskedHeaders } from './exchange.ts';

/** Response that replaces the response of the server. `drop` closes the connection. */
export type ScriptedFault =
  | 'drop'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly body?: object | undefined;
    };

/** Running server. Stop it with `close` or with `await using`. */
export interface VendorServer {
  /** Origin, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Base URL of OpenAI's API, which is `url` with `/v1`. */
  readonly baseURL: string;
  /** Closes the server and its connections. */
  close(): Promise<void>;
  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a server on 127.0.0.1. If `serve` rejects, the response has status 500, or ends early if its headers have been sent. */
export async function vendorServer(
  serve: (incoming: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<VendorServer> {
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { message: messageOf(error) } });
    });
  });
  const { url, close } = await listen(server);
  return { url, baseURL: `${url}/v1`, close, [Symbol.asyncDispose]: close };
}

/** Request with its body. Credentials in the headers are masked. */
export interface ReadRequest {
  readonly method: string;
  /** Path without the query and without the prefix `/openai` of Groq and Azure. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

export async function readRequest(incoming: IncomingMessage): Promise<ReadRequest> {
  const { method = '', url = '/' } = incoming;
  const { pathname, searchParams: query } = new URL(url, 'http://127.0.0.1');
  const path = pathname.replace(/^\/openai(?=\/v1\/)/, '');
  return { method, path, query, headers: maskedHeaders(incoming.headers), bytes: await buffer(incoming) };
}

/** Whether a request contains a credential of any vendor. */
export const hasCredential = ({ headers }: IncomingMessage): boolean =>
  ['authorization', 'api-key', 'x-api-key', 'x-goog-api-key'].some((name) => headers[name] !== undefined);

export function sendJson(response: ServerResponse, status: number, json: object, headers: object = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(json));
}

/** Sends a fault in place of a response. */
export function sendFault(response: ServerResponse, fault: ScriptedFault): void {
  if (fault === 'drop') {
    response.destroy();
    return;
  }
  const { status, headers, body = { error: { message: `status ${status}`, type: 'scripted' } } } = fault;
  sendJson(response, status, body, headers);
}
