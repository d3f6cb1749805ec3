import type { McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { loadServer } from '../sdk.ts';
import type { Changes } from './changes.ts';

type Transport = WebStandardStreamableHTTPServerTransport;

/** HTTP handler for clients that use the protocol of 2025 or 2026. */
export interface HttpHandler {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Returns a handler. Clients of protocol 2026 need no session. Clients of protocol 2025 have at most `maxSessions` sessions. At
 * this limit, the least recently used session is closed.
 */
export async function httpHandler(
  factory: () => Promise<McpServer>,
  onerror: ((error: Error) => void) | undefined,
  maxSessions: number,
  changes: Changes,
): Promise<HttpHandler> {
  const {
    createMcpHandler,
    isLegacyRequest,
    WebStandardStreamableHTTPServerTransport: Made,
  } = await loadServer();
  const handler = createMcpHandler(factory, { bus: changes.bus, ...(onerror !== undefined && { onerror }) });
  const sessions = new Map<string, Transport>();
  const begin = async (): Promise<Transport> => {
    const transport: Transport = new Made({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => {
        sessions.set(id, transport);
        evictSessions(sessions, maxSessions);
      },
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = await factory();
    changes.add(server, 'legacy');
    await server.connect(transport);
    return transport;
  };
  return {
    async fetch(request) {
      if (maxSessions === 0 || !(await isLegacyRequest(request))) return handler.fetch(request);
      const id = request.headers.get('mcp-session-id');
      if (id === null) return (await begin()).handleRequest(request);
      const known = sessions.get(id);
      if (known === undefined) return rpcError(404, -32_001, 'Session not found');
      sessions.delete(id);
      sessions.set(id, known);
      return known.handleRequest(request);
    },
    async close() {
      await Promise.all([handler.close(), ...[...sessions.values()].map((transport) => transport.close())]);
    },
  };
}

function evictSessions(sessions: Map<string, Transport>, maxSessions: number): void {
  for (const [id, transport] of sessions) {
    if (sessions.size <= maxSessions) return;
    sessions.delete(id);
    void transport.close();
  }
}

/** Returns a response with an error of JSON-RPC. */
export const rpcError = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });
