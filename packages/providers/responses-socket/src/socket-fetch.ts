import { atLeast, checkOptions, notify, rejectUnknownOptions, type KindsOf } from '@majordomo/core/toolkit';
import { exchange } from './exchange.ts';
import type { SocketEvent, SocketFetchOptions } from './options.ts';
import { Pool } from './pool.ts';
import { type SocketRequest, toSocketRequest } from './request.ts';
import { openWs } from './ws.ts';

/** `fetch` whose requests to `…/responses` use WebSockets. All other requests, and those with `background`, use `fetch`. */
export interface SocketFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Closes all sockets. Requests in progress fail with a network error. */
  close(): void;
}

const KINDS: KindsOf<SocketFetchOptions> = {
  maxSockets: atLeast(1),
  idleMs: atLeast(1),
  maxAgeMs: atLeast(1),
  retryAfterMs: atLeast(0),
  fetch: 'function',
  open: 'function',
  onEvent: 'function',
};

/**
 * Returns a `fetch` for providers of the Responses API, for SDKs, and for other libraries. A `POST …/responses` becomes a message
 * of a WebSocket, and the events of the socket become the response. If a request continues the conversation of a
 * socket, the message contains only the new items. A socket is shared only by requests with equal credentials and headers. If a server
 * does not accept sockets, requests use HTTP.
 *
 * @throws `LlmError` of kind `config` for an invalid option
 * @example createOpenAI({ fetch: socketFetch() })
 */
export function socketFetch(options: SocketFetchOptions = {}): SocketFetch {
  checkOptions('socketFetch', options, KINDS);
  rejectUnknownOptions(options, KINDS, 'socketFetch: ');
  const { fetch = (...request) => globalThis.fetch(...request), onEvent } = options;
  const emit = (event: SocketEvent): void => {
    notify(onEvent, event);
  };
  const settings = {
    maxSockets: options.maxSockets ?? 16,
    idleMs: options.idleMs ?? 300_000,
    maxAgeMs: options.maxAgeMs ?? 3_300_000,
    retryAfterMs: options.retryAfterMs ?? 300_000,
    open: options.open ?? openWs,
    emit,
  };
  const pools = new Map<string, Pool>();
  /** Creates a pool, and forgets pools without sockets, because a server with many keys would collect them. */
  const newPool = ({ shareKey, url }: SocketRequest): Pool => {
    for (const [key, pool] of pools) if (pool.isUnused) pools.delete(key);
    const pool = new Pool(url, settings);
    pools.set(shareKey, pool);
    return pool;
  };
  const socketFetching = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = toSocketRequest(input, init);
    if (request === undefined) return fetch(input, init);
    const pool = pools.get(request.shareKey) ?? newPool(request);
    const result = await exchange(pool, request, emit);
    if (result instanceof Response) return result;
    emit({ type: 'http', url: request.url, why: result.http });
    return fetch(input, init);
  };
  return Object.assign(socketFetching, {
    close(): void {
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  });
}
