import { httpHandler, processBus } from '@majordomo/mcp/internal';
import { McpServer } from '@modelcontextprotocol/server';
import { onTestFinished } from 'vitest';
import type { McpGatewayServer, McpServerOptions } from '../../src/index.ts';

/** MCP server behind a gateway, in the process of the test. */
export interface Upstream {
  readonly place: McpGatewayServer;
  /** Methods of the requests that the server has received. */
  readonly methods: readonly string[];
  /** Headers of the requests. */
  readonly headers: readonly Headers[];
  /** Servers of the sessions, and of the requests of protocol 2026. */
  readonly servers: readonly McpServer[];
  readonly bus: ReturnType<typeof processBus>;
}

/**
 * Serves an MCP server of both protocols. A gateway connects to it with that of 2026, or with `protocol: '2025'`. `intercept`: answer
 * instead of that of the server.
 */
export function upstream(
  register: (server: McpServer) => void,
  options: McpServerOptions & { readonly intercept?: (body: string) => Promise<Response> | undefined } = {},
): Upstream {
  const { intercept, ...server } = options;
  const methods: string[] = [];
  const headers: Headers[] = [];
  const servers: McpServer[] = [];
  const bus = processBus();
  const handler = httpHandler(
    () => {
      const made = new McpServer({ name: 'upstream', version: '1' }, { capabilities: { logging: {} } });
      register(made);
      servers.push(made);
      return Promise.resolve(made);
    },
    undefined,
    { maxSessions: 1000, maxElements: undefined },
    { bus, add: () => undefined },
  );
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const body = request.method === 'POST' ? await request.clone().text() : '';
    const { method } = (body === '' ? {} : JSON.parse(body)) as { method?: string };
    if (method !== undefined) methods.push(method);
    headers.push(request.headers);
    return (await intercept?.(body)) ?? (await handler).fetch(request);
  };
  onTestFinished(async () => (await handler).close());
  return {
    place: { url: 'http://127.0.0.1/mcp', fetch, ...server },
    methods,
    headers,
    servers,
    bus,
  };
}

/** Result of a tool. */
export const text = (
  value: string,
): { readonly content: { readonly type: 'text'; readonly text: string }[] } => ({
  content: [{ type: 'text', text: value }],
});

/** Registers the tool `hang`, whose calls end only when they are aborted. */
export function hangTool(server: McpServer, onAbort: () => void = () => undefined): void {
  server.registerTool(
    'hang',
    {},
    ({ mcpReq }) =>
      new Promise((_resolve, reject) => {
        mcpReq.signal.addEventListener('abort', () => {
          onAbort();
          reject(new Error('aborted'));
        });
      }),
  );
}
