import type { JsonObject } from '@majordomo/core';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import type { McpAnswer, McpContext, McpRemote } from '@majordomo/gateway';
import {
  contentOf,
  FORWARDED,
  httpHandler,
  processBus,
  loadServer,
  RPC_CODE,
  type HttpHandler,
  type HttpSessions,
  type ServerNotice,
} from '@majordomo/mcp/internal';
import type {
  AuthInfo,
  CallToolResult,
  McpServer,
  ServerContext,
  ServerEventBus,
  Tool,
} from '@modelcontextprotocol/server';
import type { ClientIo } from './client-scope.ts';
import { ClientRequests } from './client-requests.ts';
import { clientServer } from './client-server.ts';
import { nowOf, OwnedConnections, type Connections } from './connections.ts';
import { HeldCalls } from './held-call.ts';
import { Names } from './names.ts';
import { remoteIo } from './remote-server.ts';
import type { ConnectionOwner } from './server-connection.ts';
import { eventOf, notifySession, type Session } from './notices.ts';
import { ClientSubscriptions } from './subscriptions.ts';

const MAX_SESSIONS = 100;
/** Member of `_meta` that contains the capabilities of a client of protocol 2026. */
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';

/** Endpoint of a caller: `/mcp`, or `/mcp/NAME`. */
interface Endpoint {
  readonly handler: Promise<HttpHandler>;
  readonly names: Names;
  readonly bus: ServerEventBus;
  readonly sessions: Set<Session>;
}

/** Parts of a gateway that all callers share. */
export interface GatewayIo extends Pick<
  ClientIo,
  'options' | 'admission' | 'approvals' | 'logins' | 'shared'
> {
  readonly all: Connections;
}

/** Sessions and connections of one caller. Another caller cannot use them. */
export class CallerSessions {
  lastUsed: number;
  private readonly io: GatewayIo;
  private readonly connections: OwnedConnections;
  private readonly held = new HeldCalls();
  private readonly endpoints = new Map<string | undefined, Endpoint>();
  private readonly sessions: HttpSessions = new Map();
  private active = 0;

  constructor(io: GatewayIo) {
    this.io = io;
    this.lastUsed = nowOf(io.options);
    this.connections = new OwnedConnections(io.all, (server, notice) => {
      this.publish(server, notice);
    });
  }

  /** Whether a request or an event stream is open. Each ends when its `McpContext.ended` aborts. */
  get isInUse(): boolean {
    return this.active > 0;
  }

  async fetch(request: Request, context: McpContext): Promise<Response> {
    this.active++;
    context.ended.addEventListener('abort', () => {
      this.active--;
      this.lastUsed = nowOf(this.io.options);
    });
    const { server, body } = context;
    const { handler } = this.endpoint(server);
    const parsedBody = isListen(body) ? await this.listenBody(body, context) : body;
    const authInfo = authInfoOf(context);
    return (await handler).fetch(request, { ...(parsedBody !== undefined && { parsedBody }), authInfo });
  }

  /**
   * Returns the tools of the server of a request that the gateway makes for a model. Rejects with a message for the client. `remote`: server
   * that the client names by its address.
   */
  tools(context: McpContext, remote?: McpRemote): Promise<Tool[]> {
    return this.direct(context, remote, (server) => server.listTools(context));
  }

  /** Calls a tool of the server of a request that the gateway makes for a model. */
  call(name: string, args: JsonObject, context: McpContext, remote?: McpRemote): Promise<McpAnswer> {
    return this.direct(context, remote, async (server) => {
      try {
        const params = { name, arguments: args };
        return answerOf(await server.callTool(params, directContext(context)));
      } catch (error) {
        const { ProtocolError } = await loadServer();
        if (!(error instanceof ProtocolError)) throw error;
        return { code: error.code, message: error.message };
      }
    });
  }

  /** Notifies the clients of a change at a shared server. */
  changed(server: string, notice: ServerNotice): void {
    this.publish(server, notice);
    for (const { names, sessions } of this.endpoints.values())
      for (const session of sessions) notifySession(session, names, server, notice);
  }

  async close(): Promise<void> {
    this.held.abortAll();
    const handlers = [...this.endpoints.values()].map(({ handler }) => handler);
    this.endpoints.clear();
    await Promise.all(handlers.map(async (handler) => (await handler).close()));
    await this.connections.close();
  }

  private endpoint(server: string | undefined): Endpoint {
    const known = this.endpoints.get(server);
    if (known !== undefined) return known;
    const { maxSessions = MAX_SESSIONS } = this.io.options;
    const names = new Names(server);
    const bus = processBus();
    const sessions = new Set<Session>();
    const handler = httpHandler(
      ({ era, authInfo }) => this.create(era, contextIn(authInfo), { names, sessions }),
      // No listener for errors of the SDK.
      undefined,
      // The gateway has checked the elements of the body.
      { maxSessions, maxElements: undefined, sessions: this.sessions },
      // Sessions are notified by their own connections.
      { bus, add: () => undefined },
    );
    const endpoint = { handler, names, bus, sessions };
    this.endpoints.set(server, endpoint);
    return endpoint;
  }

  /** Creates the server for a session of protocol 2025, which has its own connections, or for one request of protocol 2026. */
  private async create(
    era: 'legacy' | 'modern',
    context: McpContext,
    { names, sessions }: Pick<Endpoint, 'names' | 'sessions'>,
  ): Promise<McpServer> {
    if (era === 'modern') return clientServer(context.server, this.clientIo(context), contextOf, context);
    // The connections may report changes before the session exists.
    const made: { session?: Session } = {};
    const connections = new OwnedConnections(this.io.all, (name, notice) => {
      if (made.session !== undefined) notifySession(made.session, names, name, notice);
    });
    const held = new HeldCalls();
    // The connections are those of one session, so they also identify its client.
    const io = { ...this.clientIo(context), connections, held, client: connections };
    const { subscriptions } = io;
    const server = await clientServer(context.server, io, contextOf, context);
    const session = { server, subscriptions };
    made.session = session;
    sessions.add(session);
    const { onclose } = server.server;
    server.server.onclose = () => {
      sessions.delete(session);
      held.abortAll();
      void subscriptions.close();
      void connections.close();
      onclose?.();
    };
    return server;
  }

  /** Runs work with a server for a request that no client of MCP has sent. Its client has no capabilities, so that servers ask nothing. */
  private async direct<T>(
    context: McpContext,
    remote: McpRemote | undefined,
    work: (server: ClientRequests) => Promise<T>,
  ): Promise<T> {
    const { server: name = '' } = context;
    const own = this.clientIo(context);
    const io = remote === undefined ? own : remoteIo(own, this.io.all, name, remote);
    this.active++;
    try {
      return await work(new ClientRequests(await loadServer(), name, io, contextOf));
    } finally {
      this.active--;
      this.lastUsed = nowOf(this.io.options);
      // Nothing waits for the end of the connection.
      if (remote !== undefined) void io.connections.close().catch(() => undefined);
    }
  }

  private clientIo(context: McpContext): ClientIo {
    const { io, connections, held } = this;
    const capabilities = capabilitiesIn(context.body);
    const subscriptions = new ClientSubscriptions();
    return { ...io, connections, held, capabilities, subscriptions, client: undefined };
  }

  /**
   * Subscribes to what a client of protocol 2026 listens to, because the SDK answers such a request itself. Returns the request with the
   * addresses to which the client is subscribed.
   */
  private async listenBody(body: ListenRequest, context: McpContext): Promise<ListenRequest> {
    const io = this.clientIo(context);
    const server = new ClientRequests(await loadServer(), context.server, io, contextOf);
    // A server that cannot be connected has been reported, and the client listens without its changes.
    await server.watch(context).catch(() => undefined);
    const { params } = body;
    const { resourceSubscriptions: uris, ...others } = asRecord(params['notifications']);
    if (!Array.isArray(uris)) return body;
    context.ended.addEventListener('abort', () => void io.subscriptions.close());
    const subscribed: string[] = [];
    for (const uri of uris) {
      if (typeof uri !== 'string') continue;
      const subscribing = server.subscribe(uri, context, context.call.signal ?? context.ended);
      await subscribing.then(
        () => subscribed.push(uri),
        () => undefined,
      );
    }
    return {
      ...body,
      params: { ...params, notifications: { ...others, resourceSubscriptions: subscribed } },
    };
  }

  private publish(server: string, notice: ServerNotice): void {
    for (const [single, { bus, names }] of this.endpoints) {
      if (single !== undefined && single !== server) continue;
      const event = eventOf(names, server, notice);
      if (event !== undefined) bus.publish(event);
    }
  }
}

/** Request of a client of protocol 2026 for a stream of notifications. */
interface ListenRequest {
  readonly params: Readonly<Record<string, unknown>>;
}

const isListen = (body: unknown): body is ListenRequest =>
  isRecord(body) && body['method'] === 'subscriptions/listen' && isRecord(body['params']);

/** Returns the context in the form in which the SDK passes it to the handlers of a request. The other members have no meaning here. */
const authInfoOf = (context: McpContext): AuthInfo => ({
  token: '',
  clientId: '',
  scopes: [],
  extra: { context },
});

const contextIn = (authInfo: AuthInfo | undefined): McpContext => {
  const { context } = asRecord(authInfo?.extra);
  return context as McpContext;
};

const contextOf = ({ http }: { readonly http?: { readonly authInfo?: AuthInfo } | undefined }): McpContext =>
  contextIn(http?.authInfo);

/** Returns the capabilities of the client in a request: those of `initialize`, or those of each request of protocol 2026. */
function capabilitiesIn(body: unknown): ConnectionOwner['capabilities'] {
  const { capabilities, _meta } = asRecord(asRecord(body)['params']);
  const declared = asRecord(capabilities ?? asRecord(_meta)[CAPABILITIES_KEY]);
  const known = Object.keys(FORWARDED).filter((name) => isRecord(declared[name]));
  return Object.fromEntries(known.map((name) => [name, membersOf(declared[name])]));
}

/** Members of the capabilities. Any other member would not be known to a server, and would be a reason for another connection. */
const MEMBERS: readonly string[] = ['form', 'url', 'context', 'tools'];

function membersOf(capability: unknown): object {
  const { listChanged, ...others } = asRecord(capability);
  const known = Object.keys(others).filter((name) => MEMBERS.includes(name));
  const members = Object.fromEntries(known.map((name) => [name, {}]));
  return listChanged === true ? { ...members, listChanged } : members;
}

/** Returns a result as the answer for a model. */
function answerOf(result: CallToolResult): McpAnswer {
  if (result['resultType'] === 'input_required')
    return {
      code: RPC_CODE.invalidRequest,
      message: 'the tool asks its user, which is not possible in this API',
    };
  return { content: contentOf(result), isError: result.isError === true };
}

/** Returns the context of a request that no client of MCP has sent. It has no state, and nothing receives its notifications. */
const directContext = (context: McpContext): ServerContext =>
  ({
    mcpReq: {
      signal: context.call.signal ?? context.ended,
      requestState: () => undefined,
      notify: () => Promise.resolve(),
    },
    http: { authInfo: authInfoOf(context) },
  }) as unknown as ServerContext;
