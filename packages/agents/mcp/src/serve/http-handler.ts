import { LlmError } from '@majordomo/core';
import { asRecord, readJsonText, tryParseJson } from '@majordomo/core/toolkit';
import type {
  AuthInfo,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { RPC_CODE } from '../rpc-codes.ts';
import { loadServer } from '../sdk.ts';
import type { Changes } from './changes.ts';

type Transport = WebStandardStreamableHTTPServerTransport;

/** Maximum size of a request, in bytes. */
const MAX_BYTES: number = 4 * 1024 * 1024;
/** Maximum time in which a request must arrive, in milliseconds. */
const MAX_MS = 30_000;

/** Limits of an HTTP handler. */
export interface HttpLimits {
  readonly maxSessions: number;
  /** Maximum number of elements of all arrays of a request. */
  readonly maxElements: number | undefined;
  /** Sessions by id, if several handlers share the maximum number. @default a separate map */
  readonly sessions?: HttpSessions | undefined;
}

/** Sessions of clients of protocol 2025 by id, the least recently used first. */
export type HttpSessions = Map<string, HttpSession>;

interface HttpSession {
  readonly transport: Transport;
  /** Handler that began the session. No other handler answers its requests. */
  readonly handler: object;
  /** Ids of the requests that wait for a response. The transport could not tell the responses to two requests with one id apart. */
  readonly running: Set<unknown>;
}

/** Request that the application has already read and authorized. */
export interface ReadRequest {
  /** Body as JSON; `undefined` for a request without a body. */
  readonly parsedBody?: unknown;
  /** Caller, for the factory and the handlers. */
  readonly authInfo?: AuthInfo | undefined;
}

/** Creates the server for a client of protocol 2025, or for one request of protocol 2026. */
export type ServerFactory = (about: {
  readonly era: 'legacy' | 'modern';
  readonly authInfo?: AuthInfo | undefined;
}) => Promise<McpServer>;

/** HTTP handler for clients that use the protocol of 2025 or 2026. */
export interface HttpHandler {
  /** Responds to a request. `given`: the request, if the application has already read it. Otherwise its body is read within limits. */
  fetch(request: Request, given?: ReadRequest): Promise<Response>;
  /** Ends all sessions, and aborts the requests in progress. */
  close(): Promise<void>;
}

/**
 * Returns a handler. Clients of protocol 2026 need no session. Clients of protocol 2025 have at most `maxSessions` sessions. At
 * this limit, the least recently used session is closed.
 */
export async function httpHandler(
  factory: ServerFactory,
  onerror: ((error: Error) => void) | undefined,
  { maxSessions, maxElements, sessions = new Map() }: HttpLimits,
  changes: Pick<Changes, 'bus' | 'add'>,
): Promise<HttpHandler> {
  const {
    createMcpHandler,
    isLegacyRequest,
    WebStandardStreamableHTTPServerTransport: SessionTransport,
  } = await loadServer();
  const handler = createMcpHandler(factory, { bus: changes.bus, ...(onerror !== undefined && { onerror }) });
  const begin = async (authInfo: AuthInfo | undefined): Promise<Transport> => {
    const transport: Transport = new SessionTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => {
        sessions.set(id, { transport, handler, running: runningIn(transport) });
        evictSessions(sessions, maxSessions);
      },
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = await factory({ era: 'legacy', authInfo });
    changes.add(server, 'legacy');
    await server.connect(transport);
    return transport;
  };
  return {
    async fetch(request, given) {
      const read = given ?? (await bodyOf(request, maxElements));
      if (read instanceof Response) return read;
      const { parsedBody, authInfo } = read;
      const body = { ...(parsedBody !== undefined && { parsedBody }), ...(authInfo && { authInfo }) };
      // Without sessions, the SDK answers each request of a client of 2025 separately.
      if (maxSessions === 0 || !(await isLegacyRequest(request, body.parsedBody)))
        return handler.fetch(request, body);
      const id = request.headers.get('mcp-session-id');
      if (id === null) {
        if (!isInitialize(parsedBody)) return rpcError(400, 'refused', 'Bad Request: Server not initialized');
        const transport = await begin(authInfo);
        const response = await transport.handleRequest(request, body);
        // The request may have been refused.
        if (transport.sessionId === undefined) await transport.close();
        return response;
      }
      const known = sessions.get(id);
      if (known?.handler !== handler) return rpcError(404, 'unknownSession', 'Session not found');
      // Moves the session to the end, because it is now the most recently used.
      sessions.delete(id);
      sessions.set(id, known);
      const { transport, running } = known;
      const ids = startedIn(parsedBody, running);
      if (ids === undefined)
        return rpcError(400, 'invalidRequest', 'Invalid Request: another request with this id is running');
      const response = await transport.handleRequest(request, body);
      // The transport sends no message for a refused request, so its ids end here.
      if (!response.ok) for (const one of ids) running.delete(one);
      return response;
    },
    async close() {
      const own = [...sessions.values()].filter((session) => session.handler === handler);
      await Promise.all([handler.close(), ...own.map(({ transport }) => transport.close())]);
    },
  };
}

/** Returns the parsed body of a request, or the refusal of a request that is too large or not JSON. */
async function bodyOf(request: Request, maxElements: number | undefined): Promise<ReadRequest | Response> {
  if (request.method !== 'POST') return {};
  try {
    const limits = { maxBytes: MAX_BYTES, maxElements, maxMs: MAX_MS };
    const parsedBody = tryParseJson(await readJsonText(request, limits));
    return parsedBody === undefined
      ? rpcError(400, 'parseError', 'Parse error: Invalid JSON')
      : { parsedBody };
  } catch (error) {
    if (!LlmError.is(error, 'invalid-request'))
      return rpcError(400, 'parseError', 'Parse error: the request ended before its body was complete');
    const { status = 400 } = error.details;
    return rpcError(status, status === 400 ? 'invalidRequest' : 'refused', error.message);
  }
}

/** Whether a request begins a session. */
const isInitialize = (body: unknown): boolean =>
  [body].flat().some((message) => asRecord(message)['method'] === 'initialize');

/** Returns the ids of the running requests of a transport. An id ends with its response. */
function runningIn(transport: Transport): Set<unknown> {
  const running = new Set<unknown>();
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if (!('method' in message)) running.delete(message.id);
    return send(message, options);
  };
  return running;
}

/**
 * Adds the ids of the requests of a body, one message or a list, to the running ones. Returns them, or `undefined` if one is running
 * already.
 */
function startedIn(body: unknown, running: Set<unknown>): readonly unknown[] | undefined {
  const messages = [body].flat().map(asRecord);
  const ids = messages
    .filter(({ id, method }) => id !== undefined && method !== undefined)
    .map(({ id }) => id);
  if (new Set(ids).size < ids.length || ids.some((id) => running.has(id))) return undefined;
  // A cancelled request has no response.
  for (const { method, params } of messages)
    if (method === 'notifications/cancelled') running.delete(asRecord(params)['requestId']);
  for (const id of ids) running.add(id);
  return ids;
}

function evictSessions(sessions: HttpSessions, maxSessions: number): void {
  for (const [id, { transport }] of sessions) {
    if (sessions.size <= maxSessions) return;
    sessions.delete(id);
    void transport.close();
  }
}

/** Returns a response with an error of JSON-RPC, which belongs to no request because the request was not accepted. */
export const rpcError = (status: number, code: keyof typeof RPC_CODE, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code: RPC_CODE[code], message }, id: null }, { status });
