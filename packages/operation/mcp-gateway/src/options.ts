import type { Clock } from '@majordomo/core';
import type { McpAccess, McpHandler } from '@majordomo/gateway';
import type { McpAround, McpEndpoint, McpOptions } from '@majordomo/mcp';

/** Options of an MCP server behind the gateway, next to its address or program. */
export interface McpServerOptions extends Pick<
  McpOptions,
  'connectMs' | 'timeoutMs' | 'totalMs' | 'protocol'
> {
  /**
   * Whether all callers share one connection. Set this for a server without state of a session, such as a program that takes seconds to
   * start. A shared server cannot ask the users of clients, and cannot request completions from them.
   * @default false: each session of a client, or each caller of protocol 2026, has a connection
   */
  readonly shared?: boolean | undefined;
}

/** MCP server behind the gateway: its address or program, with options. */
export type McpGatewayServer = McpEndpoint & McpServerOptions;

/** Options of `mcpGateway`. */
export interface McpGatewayOptions {
  /**
   * Servers by name. A name has at most 32 lower-case letters, digits and single hyphens, and begins with a letter, because it is the
   * prefix of tools (`name__tool`) and of addresses of resources (`name+scheme:…`).
   */
  readonly servers: { readonly [name: string]: McpGatewayServer };
  /**
   * Access of the teams, by the `tenant` of the caller, in addition to the access of its key: a tool must be accessible to both.
   * @default a tenant restricts nothing
   */
  readonly tenants?: { readonly [tenant: string]: McpAccess } | undefined;
  /**
   * Maximum number of sessions of a caller, for clients of protocol 2025. At this limit, the least recently used session ends.
   * @default 100
   */
  readonly maxSessions?: number | undefined;
  /**
   * Maximum number of connections to servers. At this limit, the connection that has been unused for the longest time is closed. If all are
   * in use, the request fails. @default 1_000
   */
  readonly maxConnections?: number | undefined;
  /**
   * Time without a request or an open event stream after which the sessions and connections of a caller end, in milliseconds.
   * @default 1_800_000
   */
  readonly idleMs?: number | undefined;
  /**
   * Whether the metadata of each call, and so the call log, contain its arguments and its result, the latter up to 1,000 characters. The
   * call log redacts them. @default false
   */
  readonly content?: boolean | undefined;
  /** Wrapper of each request to a server, such as `mcp` of `createTelemetry`. @default none */
  readonly around?: McpAround | undefined;
  /** Listener for failures of servers, with their reasons, which clients do not receive. @default none */
  readonly onError?: ((error: unknown, about: { readonly server: string }) => void) | undefined;
  /** Clock for timeouts. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Handler of `/mcp` and `/mcp/NAME`, for the option `mcp` of `createGateway`. */
export interface McpGateway extends McpHandler, AsyncDisposable {
  /** Aborts the calls in progress, and closes all connections. Later requests receive the status 503. */
  close(): Promise<void>;
}
