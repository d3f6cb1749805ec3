import { isRecord, tryParseJson } from '@majordomo/core/toolkit';

/** Request to the Responses API. */
export interface SocketRequest {
  /** Address of the socket. */
  readonly url: string;
  /** Headers of the upgrade, which contain the credential. */
  readonly headers: Headers;
  /** Members of the body that a message has, in the order of the body. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the response is a stream of events. Otherwise, it is one JSON object. */
  readonly isStreamed: boolean;
  readonly signal: AbortSignal | undefined;
  /** Sockets are shared only between requests with the same value. */
  readonly shareKey: string;
}

/** Headers that differ between requests of one conversation, and do not affect the response. */
const UNCOMPARED =
  /^(?:accept|accept-encoding|accept-language|baggage|connection|content-.*|idempotency-key|traceparent|tracestate|user-agent|x-stainless-.*)$/;

/** Headers that belong to the HTTP body. */
const OF_BODY = /^(?:accept|accept-encoding|connection|content-.*|host)$/;

/** Returns the request as a message for a socket, or `undefined` if it must be sent over HTTP. */
export function toSocketRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
): SocketRequest | undefined {
  if (input instanceof Request) return undefined;
  const url = new URL(input);
  if (!url.pathname.endsWith('/responses') || !/^https?:$/.test(url.protocol)) return undefined;
  if (init?.method?.toUpperCase() !== 'POST') return undefined;
  const parsed = tryParseJson(textOf(init.body) ?? '');
  if (!isRecord(parsed)) return undefined;
  // A message has neither member, because a socket always streams, and serves no background responses.
  const { stream, background, ...body } = parsed;
  if (background === true) return undefined;
  const given = [...new Headers(init.headers)];
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    url: url.href,
    headers: new Headers(given.filter(([name]) => !OF_BODY.test(name))),
    body,
    isStreamed: stream === true,
    signal: init.signal ?? undefined,
    shareKey: JSON.stringify([url.href, given.filter(([name]) => !UNCOMPARED.test(name))]),
  };
}

function textOf(body: RequestInit['body']): string | undefined {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : undefined;
}
