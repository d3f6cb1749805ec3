import type { McpReview } from '@majordomo/admin';
import { LlmError, type Clock, type JsonObject } from '@majordomo/core';
import type { Caller, McpAccess, McpHandler } from '@majordomo/gateway';
import type { Ledger } from '@majordomo/ledger';
import type {
  McpAround,
  McpConnections,
  McpConnectionsOptions,
  McpEndpoint,
  McpOptions,
} from '@majordomo/mcp';
import type { RecordStore } from '@majordomo/records';

/** Options of an MCP server behind the gateway, next to its address or program. */
export interface McpServerOptions extends Pick<
  McpOptions,
  'connectMs' | 'timeoutMs' | 'totalMs' | 'protocol'
> {
  /**
   * Whether all callers share one connection. Set this for a server without state of a session, such as a program that takes seconds to
   * start. A shared server cannot ask the users of clients, and cannot request completions from them. Its log messages
   * are dropped.
   * @default false: each session of a client, or each caller of protocol 2026, has a connection
   */
  readonly shared?: boolean | undefined;
  /**
   * Login of each user. Requires the option `records`, in which the tokens are stored, an address, and no `credential` or `auth`. A user
   * without a login has only the tool `login` of the server, which returns the address of the page.
   * @default none: all users use the server with `credential`, `auth` or `headers` of the company
   */
  readonly login?: McpServerLogin | undefined;
  /**
   * Price of a call in USD, as a decimal string, by a pattern of tools, prompts and addresses of resources. The first pattern that matches
   * applies. A call that was sent to the server costs its price, also if it failed. Requires the option `ledger`.
   * @default {}: calls cost nothing
   *
   * @example { 'search_*': '0.002', '*': '0.01' }
   */
  readonly prices?: { readonly [pattern: string]: string } | undefined;
  /**
   * Maximum number of calls of all callers at the same time, with `records` in all processes together. Further calls fail. The place of a
   * process that stops is free after 30 seconds. If the process was only paused and continues, its call runs above the limit, and `onError`
   * receives an error with the code `place-lost`. @default unlimited
   */
  readonly maxConcurrent?: number | undefined;
  /** Maximum number of characters of a result as JSON. The client receives an error instead of a longer result. @default 1_000_000 */
  readonly maxResultChars?: number | undefined;
}

/** Login of each user at a server, with the account of the user. */
export interface McpServerLogin extends Pick<
  McpConnectionsOptions,
  'client' | 'redirectUrl' | 'scope' | 'loginMs'
> {
  /**
   * Address of the page of your application at which a user starts the login, https, or http on a loopback host. Clients show it to a user
   * without a login. The application must authenticate its user on this page and in the callback, and call `login` and `finish` of
   * `McpGateway.connections` with the same user as `user`. Otherwise, a user could connect the account of another.
   */
  readonly page: string;
  /** Returns the user of a caller, 1 to 256 characters. A caller without a user cannot use the server. @default the id of its key */
  readonly user?: ((caller: Caller) => string | undefined) | undefined;
}

/** MCP server behind the gateway: its address or program, with options. */
export type McpGatewayServer = McpEndpoint & McpServerOptions;

/** Checks of arguments and results. `toolChecks` of `@majordomo/guards` returns an object of this type. */
export interface McpGuards {
  /**
   * Returns the reason for which a call must not be sent, which the client receives, or `undefined`. `tool`: name as at `/mcp`, such as
   * `github__search`, or the address of a resource.
   */
  refusalOfCall(tool: string, args: JsonObject, context: McpGuardContext): Promise<string | undefined>;
  /** Returns the reason for which the client must not receive a result, or `undefined`. `text`: all strings of the result. */
  refusalOfResult(tool: string, text: string, context: McpGuardContext): Promise<string | undefined>;
}

/** Context of a check: the caller's tenant, the metadata of the call, and a signal that aborts with the call. */
export interface McpGuardContext {
  readonly signal: AbortSignal;
  readonly tenant: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Options of `mcpGateway`. */
export interface McpGatewayOptions {
  /**
   * Servers by name. A name has at most 32 lower-case letters, digits and single hyphens, and begins with a letter, because it is the
   * prefix of tools (`name__tool`) and of addresses of resources (`name+scheme:…`).
   */
  readonly servers: { readonly [name: string]: McpGatewayServer };
  /**
   * Hosts of servers that requests of the Responses API may name by `server_url`, such as `mcp.example.com`, with the port if the address
   * has one. The address must have https, or http on a loopback host. The host is the name of the server in the `mcp` of keys and tenants, in
   * limits and in the call log. `headers` and `authorization` of the request are sent to this host only. Redirects are not followed.
   * @default none; requests can name only servers of `servers`
   */
  readonly allowedHosts?: readonly string[] | undefined;
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
   * Maximum number of connections to servers. At this limit, the connection that has been unused for the longest time is closed, and
   * one with subscriptions only if all unused ones have some. If all are in use, the request fails. @default 1_000
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
  /**
   * Ledger with the limits of calls, and for their prices. In limits, `vendor` is the name of the server, `target` is
   * `mcp/server/tool`, `provider` is `mcp`, and each call is a request and a call. Limits of tokens do not apply.
   * @default none: only the limits of the gateway apply
   */
  readonly ledger?: Pick<Ledger, 'reserve' | 'settle'> | undefined;
  /**
   * Checks of the arguments and results of tools, prompts and resources, such as `toolChecks(…)` of `@majordomo/guards`. If a check
   * refuses, the client receives an error with the reason. If a check rejects, the call fails.
   * @default none
   */
  readonly guards?: McpGuards | undefined;
  /**
   * Store of the approved definitions of tools and of the places of `maxConcurrent`, in its space `mcp-gateway`, and of the logins of
   * users, in its space `mcp`. The values of `mcp` are secret. All processes share the store.
   * @default the memory of this process
   */
  readonly records?: RecordStore | undefined;
  /** Wrapper of each request of a client and to a server, such as `mcp` of `createTelemetry`. @default none */
  readonly around?: McpAround | undefined;
  /** Listener for failures of servers, with their reasons, which clients do not receive. @default none */
  readonly onError?: ((error: unknown, about: { readonly server: string }) => void) | undefined;
  /** Clock for timeouts. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Handler of `/mcp` and `/mcp/NAME`, for the option `mcp` of `createGateway`, and for the option `mcp` of `createAdmin`. */
export interface McpGateway extends McpHandler, McpReview, AsyncDisposable {
  /**
   * Returns the logins of a server with the option `login`, for the routes of your application. Throws `config` for any other server.
   */
  connections(server: string): McpConnections;
  /** Whether a caller may use something of a server, so that its user may log in. */
  allows(server: string, caller: Caller): boolean;
  /** Aborts the calls in progress, and closes all connections. Later requests receive the status 503. */
  close(): Promise<void>;
}

/** Returns the error of an invalid option of `mcpGateway`. */
export const wrong = (path: string, problem: string): LlmError =>
  new LlmError('config', `mcpGateway: ${path}: ${problem}`, { path });
