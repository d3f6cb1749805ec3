import { LlmError, systemClock, type JsonObject } from '@majordomo/core';
import { atLeast, asRecord, checkOptions, definedMembers, type KindsOf } from '@majordomo/core/toolkit';
import type { Caller, McpContext, McpRemote, McpTool, RouteContext } from '@majordomo/gateway';
import { checkOptions as checkServer, rpcError, RPC_CODE, type ServerNotice } from '@majordomo/mcp/internal';
import type { Tool } from '@modelcontextprotocol/server';
import { Access } from './access.ts';
import { Admission, isPrice } from './admission.ts';
import { Approvals } from './approvals.ts';
import { CallerSessions } from './caller-sessions.ts';
import { Connections, nowOf, OwnedConnections } from './connections.ts';
import { Logins } from './logins.ts';
import { allowedHost } from './remote-server.ts';
import { wrong, type McpGateway, type McpGatewayOptions, type McpServerLogin } from './options.ts';

const IDLE_MS = 1_800_000;
const SERVER_NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_NAME = 32;

/**
 * Serves MCP servers through a gateway: all of them at `/mcp`, and each at `/mcp/NAME`, with the keys, limits and logs of the gateway.
 * Throws `config` for invalid options.
 *
 * @example
 * await using mcp = mcpGateway({ servers: { github: { url: 'https://mcp.github.example/', credential } } });
 * const gateway = createGateway({ majordomo, models, authorize: keys.authorize, mcp });
 */
export function mcpGateway(options: McpGatewayOptions): McpGateway {
  checkGateway(options);
  const { servers, tenants = {}, idleMs = IDLE_MS, clock = systemClock } = options;
  const connections = new Connections(options);
  const callers = new Map<string, CallerSessions>();
  const admission = new Admission(options);
  const approvals = new Approvals(options);
  const logins = new Logins(options);
  const notifyAll = (server: string, notice: ServerNotice): void => {
    for (const caller of callers.values()) caller.changed(server, notice);
  };
  const shared = new OwnedConnections(connections, notifyAll);
  let stopTimer: (() => void) | undefined;
  let isClosed = false;

  const closeIdle = async (): Promise<void> => {
    const since = nowOf(options) - idleMs;
    const idle = [...callers].filter(([, caller]) => !caller.isInUse && caller.lastUsed <= since);
    for (const [owner] of idle) callers.delete(owner);
    await Promise.all(idle.map(([, caller]) => caller.close()));
    // Shared connections report changes to all callers.
    if (callers.size === 0) await shared.closeUnused(since);
  };
  const startTimer = (): void => {
    stopTimer ??= clock.timer(
      idleMs,
      () => {
        stopTimer = undefined;
        if (isClosed) return;
        void closeIdle().catch(() => undefined);
        if (connections.size > 0 || callers.size > 0) startTimer();
      },
      { isBackground: true },
    );
  };
  const isAccessible = (server: string, caller: Caller): boolean =>
    Object.hasOwn(servers, server) && new Access(caller, tenants).hasServer(server);
  /** Returns the name of a server that a request of the Responses API may use. */
  const usable = (server: string | McpRemote, caller: Caller): string | undefined => {
    if (typeof server === 'string') return isAccessible(server, caller) ? server : undefined;
    const host = allowedHost(server, options);
    return host !== undefined && new Access(caller, tenants).hasServer(host) ? host : undefined;
  };
  const callerOf = ({ caller: { tenant, key } }: Pick<McpContext, 'caller'>): CallerSessions => {
    const owner = JSON.stringify([tenant ?? null, key ?? null]);
    let caller = callers.get(owner);
    if (caller === undefined) {
      caller = new CallerSessions({ options, all: connections, shared, admission, approvals, logins });
      callers.set(owner, caller);
    }
    return caller;
  };
  const checkOpen = (): void => {
    if (isClosed) throw new LlmError('overloaded', 'the gateway is shutting down; retry later');
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    stopTimer?.();
    await Promise.all([...callers.values()].map((caller) => caller.close()));
    callers.clear();
    await connections.closeAll();
  };
  return {
    async fetch(request, context) {
      const { server, caller } = context;
      if (isClosed) return rpcError(503, 'refused', 'the gateway is shutting down; retry later');
      if (server !== undefined && !isAccessible(server, caller))
        return rpcError(404, 'refused', 'no MCP server with this name is served here');
      startTimer();
      return callerOf(context).fetch(request, context);
    },
    tools: {
      async list(server, context) {
        const name = usable(server, context.caller);
        if (name === undefined) return undefined;
        checkOpen();
        startTimer();
        return (await callerOf(context).tools(direct(name, context), remoteIn(server))).map(toolOf);
      },
      async call(server, tool, args, context) {
        // A call at a server of `servers` is checked, and recorded if it is refused, with its tool.
        const name = typeof server === 'string' ? server : usable(server, context.caller);
        if (name === undefined) return { code: RPC_CODE.invalidParams, message: 'unknown server' };
        checkOpen();
        startTimer();
        return callerOf(context).call(tool, args, direct(name, context), remoteIn(server));
      },
    },
    connections(server) {
      const login = logins.of(server);
      if (login !== undefined) return login.connections;
      throw new LlmError(
        'config',
        `mcpGateway: connections: no server with a login is named ${JSON.stringify(server)}`,
        {
          path: 'server',
        },
      );
    },
    allows: isAccessible,
    servers: () =>
      Promise.resolve(
        Object.keys(servers).map((name) => ({ name, benchedUntil: admission.benchedUntil(name) })),
      ),
    async changedTools() {
      const lists = await Promise.all(Object.keys(servers).map((server) => approvals.changed(server)));
      return lists.flat();
    },
    async approve(tools) {
      let total = 0;
      for (const server of Object.keys(servers)) {
        const ofServer = tools.filter((tool) => tool.server === server);
        const hashes = new Map(ofServer.map(({ tool, hash }) => [tool, hash]));
        const count = hashes.size === 0 ? 0 : await approvals.approve(server, hashes);
        if (count > 0) notifyAll(server, { method: 'notifications/tools/list_changed' });
        total += count;
      }
      return total;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const remoteIn = (server: string | McpRemote): McpRemote | undefined =>
  typeof server === 'string' ? undefined : server;

/** Returns the context of a request that the gateway makes for a model. Its `ended` never aborts, because no stream belongs to it. */
const direct = (server: string, context: RouteContext): McpContext => ({
  ...context,
  server,
  body: undefined,
  ended: new AbortController().signal,
});

const toolOf = ({ name, description, inputSchema, annotations }: Tool): McpTool => ({
  name,
  description,
  inputSchema: inputSchema as JsonObject,
  annotations,
});

const KINDS: KindsOf<McpGatewayOptions> = {
  servers: 'object',
  allowedHosts: 'array',
  tenants: 'object',
  maxSessions: atLeast(1),
  maxConnections: atLeast(1),
  idleMs: atLeast(1),
  content: 'boolean',
  ledger: 'object with reserve',
  guards: 'object with refusalOfCall',
  records: 'object with write',
  around: 'function',
  onError: 'function',
  clock: 'object with now',
};

const SERVER_KINDS = {
  shared: 'boolean',
  login: 'object',
  prices: 'object',
  maxConcurrent: atLeast(1),
  maxResultChars: atLeast(1),
} as const;

const LOGIN_KINDS: KindsOf<McpServerLogin> = {
  client: 'object',
  redirectUrl: 'string',
  scope: 'string',
  loginMs: atLeast(1),
  page: 'string',
  user: 'function',
};

function checkPrices(prices: Readonly<Record<string, unknown>>, path: string, hasLedger: boolean): void {
  for (const [pattern, price] of Object.entries(prices))
    if (!isPrice(price))
      throw wrong(`${path}.prices[${JSON.stringify(pattern)}]`, 'must be an amount in USD such as 0.01');
  if (Object.keys(prices).length > 0 && !hasLedger)
    throw wrong(`${path}.prices`, 'requires the option `ledger`, which books the prices');
}

function checkGateway(options: McpGatewayOptions): void {
  checkOptions('mcpGateway', options, KINDS, ['servers']);
  for (const [name, server] of Object.entries(options.servers)) {
    const path = `servers[${JSON.stringify(name)}]`;
    if (!SERVER_NAME.test(name) || name.length > MAX_NAME)
      throw wrong(
        path,
        `must have a name of at most ${MAX_NAME} lower-case letters, digits and single hyphens`,
      );
    const { connectMs, timeoutMs, totalMs, protocol, ...others } = asRecord(server);
    const { shared, login, prices, maxConcurrent, maxResultChars, ...place } = others;
    const own = { shared, login, prices, maxConcurrent, maxResultChars };
    checkOptions(`${path} of mcpGateway`, own, SERVER_KINDS);
    if (login !== undefined) checkOptions(`${path}.login of mcpGateway`, login, LOGIN_KINDS);
    if (shared === true && login !== undefined)
      throw wrong(`${path}.shared`, 'cannot be combined with login, because each user has a connection');
    checkPrices(asRecord(prices), path, options.ledger !== undefined);
    try {
      checkServer({ name, place, ...definedMembers({ connectMs, timeoutMs, totalMs, protocol }) } as never);
    } catch (error) {
      // The messages of `checkServer` begin with the name of another function and its option.
      const reason =
        error instanceof Error ? error.message.replace(/^connectMcp: (?:place\.?)?/, '') : 'is invalid';
      throw wrong(path, reason);
    }
  }
  const { allowedHosts = [] } = options;
  for (const [at, host] of allowedHosts.entries()) {
    if (URL.parse(`https://${host}/`)?.host !== host)
      throw wrong(`allowedHosts[${at}]`, 'must be a host such as mcp.example.com, with a port if it has one');
    if (Object.hasOwn(options.servers, host))
      throw wrong(`allowedHosts[${at}]`, 'is the name of a server of `servers`; rename the server');
  }
  for (const [tenant, access] of Object.entries(options.tenants ?? {}))
    for (const [server, patterns] of Object.entries(access)) {
      const path = `tenants[${JSON.stringify(tenant)}][${JSON.stringify(server)}]`;
      if (!Object.hasOwn(options.servers, server) && !allowedHosts.includes(server))
        throw wrong(path, 'must be the name of a server of `servers`, or a host of `allowedHosts`');
      if (!Array.isArray(patterns) || !patterns.every((pattern) => typeof pattern === 'string'))
        throw wrong(path, 'must be an array of patterns, such as search_* or !delete_*');
    }
}
