import { adminApi, type RemoteOptions } from './admin-client.ts';
import type { Route } from './route.ts';
import { object, text, time } from '../schema.ts';

/** State of an MCP server. */
export interface McpServerState {
  readonly name: string;
  /** Time until which the server is benched after failures to connect, ISO 8601 in UTC. `undefined` if it is not benched. */
  readonly benchedUntil?: string | undefined;
}

/** Tool of an MCP server whose definition has changed since it was approved, and which is hidden from clients. */
export interface ChangedTool {
  readonly server: string;
  readonly tool: string;
  /** SHA-256 of the new definition, in base64. */
  readonly hash: string;
  /**
   * New definition as JSON: description, title, input schema, annotations and output schema. Written by the server, and truncated after
   * 20,000 characters.
   */
  readonly definition: string;
  /** Time at which the gateway received it, ISO 8601 in UTC. */
  readonly at: string;
}

/** MCP servers of a gateway, and the changes of their tools that an operator reviews. */
export interface McpReview {
  /** Returns the servers. The benches are those of the process. */
  servers(): Promise<readonly McpServerState[]>;
  /** Returns the tools that are hidden, because their definitions have changed since they were approved. */
  changedTools(): Promise<readonly ChangedTool[]>;
  /**
   * Approves the definitions with these hashes, and notifies the clients of this process. A definition that has changed again is not
   * approved. Returns the number of approved definitions.
   */
  approve(tools: readonly Pick<ChangedTool, 'server' | 'tool' | 'hash'>[]): Promise<number>;
}

const MAX_APPROVALS = 1000;
const named = { server: text, tool: text, hash: text };

/** Returns the routes of MCP servers. */
export const mcpRoutes = (mcp: McpReview): readonly Route[] => [
  {
    method: 'get',
    path: '/mcp',
    summary:
      'Lists the MCP servers, and the tools that are hidden until their changed definitions are approved.',
    status: 200,
    answer: object({
      servers: { type: 'array', items: object({ name: text }, { benchedUntil: time }) },
      changedTools: { type: 'array', items: object({ ...named, definition: text, at: time }) },
    }),
    handle: async () => ({ servers: await mcp.servers(), changedTools: await mcp.changedTools() }),
  },
  {
    method: 'post',
    path: '/mcp/approve',
    summary: 'Approves changed definitions of tools by their hashes.',
    body: object({ tools: { type: 'array', items: object(named), maxItems: MAX_APPROVALS } }),
    status: 200,
    answer: object({ approved: { type: 'integer' } }),
    handle: async ({ body }) => ({
      approved: await mcp.approve(body['tools'] as unknown as Parameters<McpReview['approve']>[0]),
    }),
  },
];

/** Creates functions that review the MCP servers of a running gateway through its admin API. They reject with the errors of the API. */
export function remoteMcp(options: RemoteOptions): McpReview {
  const call = adminApi('remoteMcp', options);
  return {
    servers: async () => (await call('GET', '/mcp'))['servers'] as readonly McpServerState[],
    changedTools: async () => (await call('GET', '/mcp'))['changedTools'] as readonly ChangedTool[],
    approve: async (tools) =>
      Number(
        (
          await call('POST', '/mcp/approve', {
            tools: tools.map(({ server, tool, hash }) => ({ server, tool, hash })),
          })
        )['approved'],
      ),
  };
}
