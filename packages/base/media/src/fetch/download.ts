import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { LlmError } from '@majordomo/core';
import { ByteCollector, kindOfStatus } from '@majordomo/core/toolkit';
import type { Address } from '@majordomo/wire-kit/internal';

/** Response of a server to a URL. */
export interface Download {
  readonly url: URL;
  readonly bytes: Uint8Array;
  /** Content type of the response, without parameters. */
  readonly declaredType: string;
}

interface DownloadOptions {
  readonly address: Address;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Sends one request to this address, without a DNS lookup. Returns the bytes, or the URL of a redirect. */
export async function download(
  url: URL,
  { address, maxBytes, signal }: DownloadOptions,
): Promise<Download | URL> {
  signal.throwIfAborted();
  try {
    const response = await open(url, address, signal);
    try {
      return await readResponse(response, url, maxBytes);
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason as Error;
    if (LlmError.is(error)) throw error;
    throw new LlmError(
      'network',
      `the connection to ${url.host} failed`,
      { code: codeOf(error) },
      { cause: error },
    );
  }
}

function open(url: URL, { address, family }: Address, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const options: RequestOptions & { readonly servername?: string } = {
    method: 'GET',
    // Connect to the checked address, because a second DNS lookup might return another address.
    host: address,
    family,
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname + url.search,
    // Do not request compression, because a small compressed body may expand to a very large body.
    headers: { host: url.host, accept: 'image/*,application/pdf,*/*;q=0.5', 'accept-encoding': 'identity' },
    signal,
    // A new connection, which is closed with the response.
    agent: false,
    // The name for the certificate. TLS permits no addresses in it (RFC 6066).
    ...(url.protocol === 'https:' && isIP(host) === 0 ? { servername: host } : {}),
  };
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    send(options, resolve).on('error', reject).end();
  });
}

async function readResponse(response: IncomingMessage, url: URL, maxBytes: number): Promise<Download | URL> {
  const { statusCode: status = 0, headers } = response;
  if (REDIRECTS.has(status)) return redirectOf(headers.location, url);
  if (status !== 200) throw new LlmError(kindOfStatus(status), `${url.host} answered ${status}`, { status });
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new LlmError(
      'unsupported',
      `${url.host} sent the content encoding ${encoding}, which was not requested`,
      {
        code: 'packed',
      },
    );
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(url, maxBytes);
  const declaredType = (headers['content-type'] ?? 'application/octet-stream')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();
  return { url, bytes: await bytesOf(response, url, maxBytes), declaredType: declaredType ?? '' };
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function redirectOf(location: string | undefined, url: URL): URL {
  const target = location === undefined ? null : URL.parse(location, url.href);
  if (target === null)
    throw new LlmError('protocol', `${url.host} sent a redirect without a valid location`, {
      path: 'location',
    });
  return target;
}

async function bytesOf(response: IncomingMessage, url: URL, maxBytes: number): Promise<Uint8Array> {
  const bytes = new ByteCollector();
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    if (bytes.size + chunk.length > maxBytes) throw tooLarge(url, maxBytes);
    bytes.push(chunk);
  }
  // Copy even a single chunk, because it is a `Buffer`, whose methods differ from those of `Uint8Array`.
  return new Uint8Array(bytes.concat());
}

const tooLarge = ({ host }: URL, maxBytes: number): LlmError =>
  new LlmError('unsupported', `${host} sent over ${maxBytes} bytes; raise maxBytes`, { code: 'too-large' });

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
