import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { httpServer } from './http-server.ts';

/** JSON-RPC request. */
export interface RpcRequest {
  readonly id?: number | string | undefined;
  readonly method?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Serves an MCP server of 2026-07-28 on this machine. A result of `intercept` replaces the SDK's, for extensions that the SDK
 * does not implement. If `intercept` throws, the connection is cut. Returns the address and the requests.
 */
export async function modernServer(
  register: (server: McpServer) => void,
  intercept: (request: RpcRequest) => object | undefined = () => undefined,
): Promise<{ readonly url: string; readonly requests: readonly RpcRequest[] }> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'modern', version: '1' });
    register(server);
    return server;
  });
  const requests: RpcRequest[] = [];
  const { url } = await httpServer(async (request) => {
    const body = request.method === 'POST' ? ((await request.clone().json()) as RpcRequest) : {};
    requests.push(body);
    let result: object | undefined;
    try {
      result = intercept(body);
    } catch {
      return undefined;
    }
    if (result !== undefined) return Response.json({ jsonrpc: '2.0', id: body.id, result });
    return handler.fetch(request);
  });
  return { url, requests };
}
