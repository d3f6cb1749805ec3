import type { JsonValue } from '@majordomo/core';
import { concealHeaders, concealJson, concealUrl, credentialsOf, hidden } from './conceal.ts';
import type { RecordedBody, RecordedRequest } from './recording.ts';

/** Request that was passed to `fetch`. */
export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  /** Resolves to the body. A stream body is read while the transport sends it. */
  readonly body: Promise<Uint8Array | undefined>;
  /** Arguments for the transport. A stream body is replaced by one branch of the stream. */
  readonly init: RequestInit | undefined;
}

/** Reads the arguments of `fetch` without changing the request that is sent. */
export function readSent(input: string | URL | Request, init: RequestInit | undefined): Sent {
  const request = input instanceof Request ? input : undefined;
  const headers = new Headers(init?.headers ?? request?.headers);
  const url = new URL(input instanceof Request ? input.url : input);
  const method = (init?.method ?? request?.method ?? 'GET').toUpperCase();
  const given = init?.body ?? undefined;
  if (given instanceof ReadableStream) {
    const [sent, kept] = given.tee();
    return { method, url, headers, body: read(kept), init: { ...init, body: sent } };
  }
  const copy = given === undefined ? request?.clone().body : given;
  if (given instanceof FormData) headers.set('content-type', FORM);
  return { method, url, headers, body: read(copy ?? undefined), init };
}

const FORM = 'multipart/form-data; boundary=boundary';

/** Reads a body. The random boundary of a form is replaced, so that recordings can be compared. */
async function read(body: ConstructorParameters<typeof Response>[0]): Promise<Uint8Array | undefined> {
  if (body === undefined || body === null) return undefined;
  const response = new Response(body);
  const bytes = Buffer.from(await response.arrayBuffer());
  const [, boundary] = /boundary=(.+)$/.exec(response.headers.get('content-type') ?? '') ?? [];
  return body instanceof FormData && boundary !== undefined
    ? Buffer.from(bytes.toString('latin1').replaceAll(boundary, 'boundary'), 'latin1')
    : bytes;
}

/** Returns the request with masked credentials and masked `given` secrets, for recording and comparison. */
export async function concealed(sent: Sent, given: readonly string[]): Promise<RecordedRequest> {
  const { method, url, headers } = sent;
  const secrets = [...given, ...credentialsOf(headers, url)];
  return {
    method,
    url: concealUrl(url, secrets),
    headers: concealHeaders(headers, secrets),
    body: concealBody(await sent.body, secrets),
  };
}

function concealBody(bytes: Uint8Array | undefined, secrets: readonly string[]): RecordedBody | null {
  if (bytes === undefined || bytes.length === 0) return null;
  const text = textOf(bytes);
  if (text === undefined) return { base64: Buffer.from(bytes).toString('base64') };
  try {
    return { json: concealJson(JSON.parse(text) as JsonValue, secrets) };
  } catch {
    return { text: hidden(text, secrets) };
  }
}

/** Decodes UTF-8. Returns `undefined` for bytes that are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
