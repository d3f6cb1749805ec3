import { messageOf, systemClock, type Clock } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { maskedHeaders } from '../server/exchange.ts';
import { listen } from '../server/listen.ts';
import { isFile, readForm } from '../wires/operations/form.ts';
import { anthropicFiles } from './anthropic.ts';
import type { FileFault, FileRequest, FileVendor, UploadedFile } from './contract.ts';
import { googleFiles } from './google.ts';
import { openaiFiles } from './openai.ts';
import { FileStorage } from './storage.ts';
import type { Incoming, VendorFiles } from './vendor.ts';

/** Options of `startFileServer`. */
export interface FileServerOptions {
  /** Clock by which files expire. @default the system clock */
  readonly clock?: Clock | undefined;
  /** Returns the account of a key. Files belong to an account. @default the key */
  readonly accountOf?: ((key: string) => string) | undefined;
  /** Number of looks after which a file of Gemini is ACTIVE. @default 1 */
  readonly looks?: number | undefined;
  /** Called before a request is processed. A request for which it returns a fault is not processed. */
  readonly before?:
    | ((request: FileRequest) => FileFault | undefined | Promise<FileFault | undefined>)
    | undefined;
}

/** Running server. Stop it with `close` or with `await using`. */
export interface FileServer {
  /** Origin, such as `http://127.0.0.1:4000`. It is the base URL for Anthropic and Gemini. */
  readonly url: string;
  /** Base URL for OpenAI, which is `url` with `/v1`. */
  readonly baseURL: string;
  /** Received requests in the order of arrival. */
  readonly requests: readonly FileRequest[];
  /** All files that were stored, in the order of their uploads. */
  readonly uploads: readonly UploadedFile[];
  /** Closes the server and its connections. */
  close(): Promise<void>;
  /** Calls `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts an HTTP server on 127.0.0.1 with the file APIs of OpenAI, Anthropic and Gemini, and with the model APIs that read files. It
 * enforces the vendors' rules: forms, lifetimes, accounts, the state PROCESSING, and the errors of missing and expired files.
 */
export async function startFileServer(options: FileServerOptions = {}): Promise<FileServer> {
  const { clock = systemClock, accountOf = (key) => key, looks = 1, before } = options;
  const storage = new FileStorage(clock);
  const requests: FileRequest[] = [];
  const vendors: Readonly<Record<FileVendor, VendorFiles>> = {
    openai: openaiFiles,
    anthropic: anthropicFiles,
    google: googleFiles(looks),
  };
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming, accountOf);
    const { vendor, step, method, path, headers, size, body } = request;
    const seen: FileRequest = {
      vendor,
      step,
      method,
      path,
      headers,
      size,
      body: step === 'chat' ? body : undefined,
    };
    requests.push(seen);
    const fault = await before?.(seen);
    if (fault === 'drop') {
      response.destroy();
      return;
    }
    if (fault !== undefined) {
      send(
        response,
        fault.status,
        fault.body ?? { error: { message: `status ${fault.status}` } },
        fault.headers,
      );
      return;
    }
    const reply = vendors[vendor](request, storage);
    if (reply?.stream !== undefined) {
      response.writeHead(reply.status, reply.headers);
      response.end(reply.stream);
      return;
    }
    send(response, reply?.status ?? 404, reply?.json ?? { error: { message: 'not found' } }, reply?.headers);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      send(response, 500, { error: { message: messageOf(error) } });
    });
  });
  const { url, close } = await listen(server);
  const { uploads } = storage;
  return { url, baseURL: `${url}/v1`, requests, uploads, close, [Symbol.asyncDispose]: close };
}

function send(response: ServerResponse, status: number, json: object, headers: object = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_test', ...headers });
  response.end(JSON.stringify(json));
}

async function readRequest(incoming: IncomingMessage, accountOf: (key: string) => string): Promise<Incoming> {
  const { method = '', url = '/' } = incoming;
  const headers = incoming.headers as Readonly<Record<string, string | undefined>>;
  const { pathname: path, searchParams: query } = new URL(url, 'http://127.0.0.1');
  const type = headers['content-type'] ?? '';
  const bytes = await buffer(incoming);
  const vendor = vendorOf(path, headers);
  const key =
    headers['authorization'] ?? headers['x-api-key'] ?? headers['x-goog-api-key'] ?? query.get('key');
  const form = type.startsWith('multipart/') ? formOf(await readForm(bytes, type)) : {};
  return {
    vendor,
    step: stepOf(method, path),
    method,
    path,
    query,
    headers: maskedHeaders(incoming.headers),
    body: type.includes('json') ? tryParseJson(bytes.toString('utf8')) : undefined,
    account: accountOf((key ?? '').replace(/^Bearer /, '')),
    form,
    content: bytes,
    size: bytes.length,
    origin: `http://${headers['host'] ?? ''}`,
  };
}

function formOf(fields: Readonly<Record<string, unknown>>): Incoming['form'] {
  const form: Record<string, Incoming['form'][string]> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (isFile(value)) {
      const { name, mediaType, bytes } = value;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      form[field] = { name, mediaType, size: bytes.length, sha256 };
    } else form[field] = String(value);
  }
  return form;
}

function vendorOf(path: string, headers: Readonly<Record<string, string | undefined>>): FileVendor {
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  return path.includes('/v1beta/') || path.includes(':') ? 'google' : 'openai';
}

function stepOf(method: string, path: string): FileRequest['step'] {
  if (method === 'DELETE') return 'remove';
  if (method === 'GET') return 'look';
  return /\/files$/.test(path) ? 'upload' : 'chat';
}
