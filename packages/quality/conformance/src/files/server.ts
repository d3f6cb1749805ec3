import { systemClock, type Clock } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  readRequest,
  sendFault,
  sendJson,
  vendorServer,
  type VendorServer,
} from '../server/vendor-server.ts';
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

/** Running server. Stop it with `close` or with `await using`. The base URL of Anthropic and Gemini is `url`, that of OpenAI `baseURL`. */
export interface FileServer extends VendorServer {
  /** Received requests in the order of arrival. */
  readonly requests: readonly FileRequest[];
  /** All files that were stored, in the order of their uploads. */
  readonly uploads: readonly UploadedFile[];
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
    const request = await fileRequest(incoming, accountOf);
    const { vendor, step, method, path, headers, size, body } = request;
    const logged: FileRequest = {
      vendor,
      step,
      method,
      path,
      headers,
      size,
      body: step === 'chat' ? body : undefined,
    };
    requests.push(logged);
    const fault = await before?.(logged);
    if (fault !== undefined) {
      sendFault(response, fault);
      return;
    }
    const reply = vendors[vendor](request, storage);
    if (reply?.stream !== undefined) {
      response.writeHead(reply.status, reply.headers);
      response.end(reply.stream);
      return;
    }
    const { status = 404, json = { error: { message: 'not found' } }, headers: own } = reply ?? {};
    sendJson(response, status, json, { 'x-request-id': 'req_test', ...own });
  };
  return { ...(await vendorServer(serve)), requests, uploads: storage.uploads };
}

async function fileRequest(incoming: IncomingMessage, accountOf: (key: string) => string): Promise<Incoming> {
  const { bytes, ...request } = await readRequest(incoming);
  const { method, path, query } = request;
  const headers = incoming.headers as Readonly<Record<string, string | undefined>>;
  const type = headers['content-type'] ?? '';
  const key =
    headers['authorization'] ?? headers['x-api-key'] ?? headers['x-goog-api-key'] ?? query.get('key');
  return {
    ...request,
    vendor: vendorOf(path, headers),
    step: stepOf(method, path),
    body: type.includes('json') ? tryParseJson(bytes.toString('utf8')) : undefined,
    account: accountOf((key ?? '').replace(/^Bearer /, '')),
    form: type.startsWith('multipart/') ? formOf(await readForm(bytes, type)) : {},
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
  // A colon precedes the method in paths of Gemini, such as `gemini-3:generateContent`.
  return path.includes('/v1beta/') || path.includes(':') ? 'google' : 'openai';
}

function stepOf(method: string, path: string): FileRequest['step'] {
  if (method === 'DELETE') return 'remove';
  if (method === 'GET') return 'look';
  return /\/files$/.test(path) ? 'upload' : 'chat';
}
