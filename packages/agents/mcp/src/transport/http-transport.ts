import { LlmError, messageOf, systemClock, type Credential } from '@majordomo/core';
import { addNewest, asRecord, redact, tryParseJson, withTimeout } from '@majordomo/core/toolkit';
import { boundedJson, limitBody, transportError } from '@majordomo/wire-kit';
import { boundedEvents } from '@majordomo/wire-kit/internal';
import type { AuthProvider, FetchLike, RequestId, Transport } from '@modelcontextprotocol/client';
import type { Authorization } from '../auth/authorization.ts';
import { isProvider } from '../auth/check-auth.ts';
import { Secrets } from '../auth/secrets.ts';
import { authorizationFetch, guardedFetch, MAX_BYTES } from '../auth/server-fetch.ts';
import type { McpAddress } from '../options.ts';
import { loadClient } from '../sdk.ts';
import { CUT_OFF, type ServerTransport } from './server-transport.ts';

/** Time after the end of a stream in which the SDK reads the remaining data, in milliseconds. */
const READ_MS = 100;
/** Maximum time of the request that ends the session on the server, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;
/** Maximum number of sent tokens that are masked in errors. A further token replaces the oldest one. */
const MAX_TOKENS = 100;

interface HttpIo {
  readonly label: string;
  /** Secrets of the address, which are masked in errors. */
  readonly secrets: readonly string[];
  /** Latest tokens that were sent, which are masked in errors, too. */
  readonly sentTokens: Set<string>;
  readonly authorization: Authorization | undefined;
}

/**
 * Returns a transport for streamable HTTP. The SDK follows only redirects within the same origin. Adds each token
 * that it sends to `sentTokens`.
 */
export async function httpTransport(
  place: McpAddress,
  io: HttpIo,
): Promise<Pick<ServerTransport, 'transport' | 'close'>> {
  const { StreamableHTTPClientTransport } = await loadClient();
  const { label, authorization } = io;
  const { url, headers, credential, auth } = place;
  const ended = new AbortController();
  const fetch = guardedFetch(place, label);
  const authFetch = authorizationFetch(fetch, label, authorization?.secrets ?? new Secrets());
  const tokens = new WeakMap<Response, string>();
  const send = authorizedFetch(place, io, { fetch, authFetch, tokens });
  const boundedFetch = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    // The signal of the SDK has aborted if the server rejected the handshake, but its session must still end.
    const request = init?.method === 'DELETE' ? { ...init, signal: ended.signal } : init;
    const received = await send(input, request);
    const ids = init?.method === 'POST' ? requestIdsIn(init.body) : [];
    // Called at the end of a stream that cannot be resumed.
    const onStreamEnd = (): void => {
      // If the caller has aborted the request, do not report an error.
      if (init?.signal?.aborted !== true) setTimeout(failRequests, READ_MS, transport, ids);
    };
    return noteToken(tokens, limited(received, label, onStreamEnd), tokens.get(received));
  };
  const ownProvider = auth !== undefined && isProvider(auth) ? auth : undefined;
  const provider =
    credential === undefined
      ? (ownProvider ?? authorization?.provider(authFetch, (response) => tokens.get(response)))
      : credentialProvider(credential, io, ended.signal);
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    ...(headers === undefined ? {} : { requestInit: { headers: { ...headers } } }),
    ...(provider === undefined ? {} : { authProvider: provider }),
    fetch: boundedFetch,
  });
  const close = async (): Promise<void> => {
    // This request also needs a token, so `ended`, which aborts the function of the credential, follows.
    await withTimeout(transport.terminateSession(), CLOSE_TIMEOUT_MS, systemClock).catch(() => undefined);
    ended.abort();
    await transport.close();
  };
  return { transport, close };
}

/**
 * Returns a `fetch` that repeats a refused request with another token: after a 401 with the token that another process has stored, and
 * after a 403 with a token that has more scopes. Records the token of each response in `tokens`.
 */
function authorizedFetch(
  { url, headers }: McpAddress,
  { sentTokens, authorization }: HttpIo,
  {
    fetch,
    authFetch,
    tokens,
  }: {
    readonly fetch: FetchLike;
    /** Sends the requests of a login. */
    readonly authFetch: FetchLike;
    readonly tokens: WeakMap<Response, string>;
  },
): FetchLike {
  const { origin } = new URL(url);
  return async (input, request = {}) => {
    const init = new URL(input).origin === origin ? request : without(request, headers);
    const token = tokenIn(init);
    // The token of an `OAuthClientProvider` is known only here.
    if (token !== undefined) addNewest(sentTokens, token, MAX_TOKENS);
    const repeat = async (refused: Response, other: string): Promise<Response> => {
      await refused.body?.cancel();
      const repeated = new Headers(init.headers);
      repeated.set('authorization', `Bearer ${other}`);
      return noteToken(tokens, await fetch(input, { ...init, headers: repeated }), other);
    };
    const first = noteToken(tokens, await fetch(input, init), token);
    // The token of another process may have expired as well, and the SDK logs in only once per request.
    const stored = first.status === 401 ? await authorization?.storedToken(token) : undefined;
    const answer = stored === undefined ? first : await repeat(first, stored);
    if (answer.status !== 403 || authorization === undefined) return answer;
    const wider = await authorization.stepUp(answer, stored ?? token, authFetch);
    return wider === undefined ? answer : repeat(answer, wider);
  };
}

/**
 * Returns a request without the headers of the MCP server. The SDK also adds them to the requests that an `OAuthClientProvider`
 * sends to the authorization server.
 */
function without(request: RequestInit, headers: McpAddress['headers'] = {}): RequestInit {
  const kept = new Headers(request.headers);
  for (const [name, value] of Object.entries(headers)) if (kept.get(name) === value) kept.delete(name);
  return { ...request, headers: kept };
}

/** Limits a response, or each event of a stream. */
function limited(response: Response, label: string, onStreamEnd: () => void): Response {
  if (isEventStream(response)) return boundedEvents(response, label, MAX_BYTES, onStreamEnd);
  return isJson(response) ? boundedJson(response, label, MAX_BYTES) : limitBody(response, label, MAX_BYTES);
}

const isJson = ({ headers }: Response): boolean =>
  /^application\/json\b/i.test(headers.get('content-type') ?? '');

const isEventStream = ({ headers }: Response): boolean =>
  /^text\/event-stream\b/i.test(headers.get('content-type') ?? '');

/** Records the token of the request that received a response. */
function noteToken(
  tokens: WeakMap<Response, string>,
  response: Response,
  token: string | undefined,
): Response {
  if (token !== undefined) tokens.set(response, token);
  return response;
}

const tokenIn = ({ headers }: RequestInit): string | undefined =>
  /^Bearer (.+)$/i.exec(new Headers(headers).get('authorization') ?? '')?.[1];

/**
 * Rejects the requests whose stream ended without a response. Otherwise, they would be pending until the timeout. For a request
 * that has its response, the SDK ignores the error.
 */
function failRequests(transport: Transport, ids: readonly RequestId[]): void {
  const error = { code: CUT_OFF, message: 'the connection was closed before the response' };
  for (const id of ids) transport.onmessage?.({ jsonrpc: '2.0', id, error });
}

function requestIdsIn(body: unknown): readonly RequestId[] {
  if (typeof body !== 'string') return [];
  const json = tryParseJson(body);
  return (Array.isArray(json) ? json : [json])
    .map((message: unknown) => asRecord(message)['id'])
    .filter((id) => typeof id === 'string' || typeof id === 'number');
}

/** Returns the token provider, which the SDK calls for every request. After a 401, the credential receives the rejected token. */
function credentialProvider(credential: Credential, io: HttpIo, signal: AbortSignal): AuthProvider {
  if (typeof credential === 'string') return { token: () => Promise.resolve(credential) };
  let current: string | undefined;
  let rejected: string | undefined;
  return {
    async token() {
      const context = { signal, rejected };
      rejected = undefined;
      try {
        current = await credential(context);
      } catch (error) {
        const secrets = [...io.secrets, ...io.sentTokens];
        if (LlmError.is(error)) throw transportError(error, io.label, secrets);
        const reason = redact(messageOf(error), secrets);
        throw new LlmError('auth', `${io.label}: the function place.credential failed: ${reason}`);
      }
      addNewest(io.sentTokens, current, MAX_TOKENS);
      return current;
    },
    onUnauthorized() {
      rejected = current;
      return Promise.resolve();
    },
  };
}
