import { LlmError, systemClock, type JsonObject } from '@majordomo/core';
import { asText, definedMembers, notify, withTimeout } from '@majordomo/core/toolkit';
import type { McpContext } from '@majordomo/gateway';
import { loadServer, type ServerNotice } from '@majordomo/mcp/internal';
import type { McpServer, ServerCapabilities, ServerContext, Tool } from '@modelcontextprotocol/server';
import { Access } from './access.ts';
import type { Approvals } from './approvals.ts';
import { errorResult, inputRequired, paramsFor, stateOf, withInput } from './call-params.ts';
import type { OwnedConnections } from './connections.ts';
import { HeldCall, type HeldCalls, type Round } from './held-call.ts';
import { jsonKey } from './json-key.ts';
import { Names, type Place } from './names.ts';
import { publicMessage } from './public-message.ts';
import { recordCall, recordRefusal, type RecordIo } from './record-call.ts';
import type { Answer, ConnectionOwner, ListedItem, ListKind, ServerConnection } from './server-connection.ts';

type Sdk = typeof import('@modelcontextprotocol/server');
type Result = Record<string, unknown>;

/** Maximum time that the list of all servers waits for one of them, in milliseconds. */
const LIST_MS = 5000;
/** Maximum number of times that a call asks a client of protocol 2025. */
const MAX_ROUNDS = 32;

/** Parts of the servers for the clients of a caller. */
export interface ClientIo extends RecordIo {
  readonly approvals: Approvals;
  readonly connections: OwnedConnections;
  /** Connections that all callers share. */
  readonly shared: OwnedConnections;
  readonly held: HeldCalls;
  /** Capabilities of the client, which the servers receive. */
  readonly capabilities: ConnectionOwner['capabilities'];
  /** Identity of the client. `undefined` if each request may be of another client. */
  readonly client: object | undefined;
}

/** Returns the context of the gateway for the HTTP request of an MCP request. */
export type ContextOf = (context: ServerContext) => McpContext;

/** Answers the requests of a client with the servers that its caller may use. */
export class ClientServer {
  private readonly io: ClientIo;
  private readonly contextOf: ContextOf;
  private readonly names: Names;
  private readonly single: string | undefined;
  private readonly sdk: Sdk;

  constructor(sdk: Sdk, single: string | undefined, io: ClientIo, contextOf: ContextOf) {
    this.sdk = sdk;
    this.single = single;
    this.io = io;
    this.contextOf = contextOf;
    this.names = new Names(single);
  }

  /** Returns a server of the SDK. `first`: context of the request for which it is created. */
  static async create(
    single: string | undefined,
    io: ClientIo,
    contextOf: ContextOf,
    first: McpContext,
  ): Promise<McpServer> {
    const sdk = await loadServer();
    const made = new ClientServer(sdk, single, io, contextOf);
    const { capabilities, instructions } = await made.offer(first);
    const server = new sdk.McpServer(
      { name: 'majordomo', version: '1.0.0' },
      {
        capabilities,
        ...(instructions !== undefined && { instructions }),
        inputRequired: { maxRounds: MAX_ROUNDS },
      },
    );
    made.register(server, capabilities);
    return server;
  }

  /** Returns the capabilities of the one server, or those that servers can have. */
  private async offer(
    context: McpContext,
  ): Promise<{ readonly capabilities: ServerCapabilities; readonly instructions?: string | undefined }> {
    const { single } = this;
    if (single === undefined) return { capabilities: ALL };
    try {
      const { capabilities, instructions } = await this.ready(single, context, context.call.signal);
      const { tools, prompts, resources, completions, logging } = capabilities;
      return {
        instructions,
        capabilities: {
          tools: { ...tools, listChanged: true },
          ...definedMembers({ prompts, resources, completions, logging }),
        },
      };
    } catch (error) {
      this.report(single, error);
      return { capabilities: { tools: { listChanged: true } } };
    }
  }

  private register({ server }: McpServer, capabilities: ServerCapabilities): void {
    const { prompts, resources, completions, logging } = capabilities;
    server.setRequestHandler('tools/list', async (_request, context) => ({
      tools: await this.listTools(context),
    }));
    server.setRequestHandler('tools/call', ({ params }, context) =>
      this.call('tools/call', params, this.names.inner(params.name), context, (error, { server: name }) =>
        errorResult(publicMessage(error, name)),
      ),
    );
    if (prompts !== undefined) {
      server.setRequestHandler('prompts/list', async (_request, context) => ({
        prompts: (await this.list('prompts', context)) as never,
      }));
      server.setRequestHandler('prompts/get', ({ params }, context) =>
        this.call('prompts/get', params, this.names.inner(params.name), context),
      );
    }
    if (resources !== undefined) {
      server.setRequestHandler('resources/list', async (_request, context) => ({
        resources: (await this.list('resources', context)) as never,
      }));
      server.setRequestHandler('resources/templates/list', async (_request, context) => ({
        resourceTemplates: (await this.list('templates', context)) as never,
      }));
      server.setRequestHandler('resources/read', ({ params }, context) =>
        this.call('resources/read', params, this.names.innerUri(params.uri), context),
      );
    }
    if (resources?.subscribe === true) {
      server.setRequestHandler('resources/subscribe', async ({ params }, context) => {
        await this.subscribe(params.uri, this.contextOf(context), context.mcpReq.signal);
        return {};
      });
      server.setRequestHandler('resources/unsubscribe', async ({ params }, context) => {
        const place = this.checked(
          'resources/unsubscribe',
          this.names.innerUri(params.uri),
          this.contextOf(context),
        );
        await this.to(place.server).unsubscribe(place.name);
        return {};
      });
    }
    if (completions !== undefined)
      server.setRequestHandler('completion/complete', ({ params }, context) => {
        const { ref } = params;
        const place = ref.type === 'ref/prompt' ? this.names.inner(ref.name) : this.names.innerUri(ref.uri);
        return this.call('completion/complete', params, place, context);
      });
    if (logging !== undefined)
      server.setRequestHandler('logging/setLevel', async ({ params }, context) => {
        const levels = this.servers(this.contextOf(context)).map((name) =>
          this.to(name).setLevel({ level: params.level }, context.mcpReq.signal),
        );
        await Promise.allSettled(levels);
        return {};
      });
  }

  /** Subscribes to a resource that the caller may read. */
  async subscribe(uri: string, context: McpContext, signal: AbortSignal): Promise<void> {
    const place = this.checked('resources/subscribe', this.names.innerUri(uri), context);
    await this.ready(place.server, context, signal);
    await this.to(place.server)
      .subscribe(place.name, signal)
      .catch((error: unknown) => this.fail(error, place));
  }

  /** Connects the servers that the caller may use, so that they report changes. */
  async watch(context: McpContext): Promise<void> {
    await this.each(context, (server) => this.ready(server, context, context.call.signal));
  }

  private async listTools(context: ServerContext): Promise<Tool[]> {
    const request = this.contextOf(context);
    const access = this.access(request);
    const lists = await this.each(request, async (server) => {
      await this.ready(server, request, context.mcpReq.signal);
      const connection = this.to(server);
      const approved = await this.approvedIn(connection);
      return connection.tools
        .filter(({ name }) => access.allows(server, name) && approved.has(name))
        .map((tool) => ({
          ...this.names.outerUris(server, tool),
          name: this.names.outer(server, tool.name),
        }));
    });
    return lists.flat() as Tool[];
  }

  private async list(kind: ListKind, context: ServerContext): Promise<readonly ListedItem[]> {
    const request = this.contextOf(context);
    const access = this.access(request);
    const lists = await this.each(request, async (server) => {
      await this.ready(server, request, context.mcpReq.signal);
      const items = await this.to(server).list(kind, context.mcpReq.signal);
      return items
        .filter(({ name, uri, uriTemplate }) => access.allows(server, uri ?? uriTemplate ?? name))
        .map((item) => this.renamed(server, item));
    });
    return lists.flat();
  }

  private renamed(server: string, item: ListedItem): ListedItem {
    const { names } = this;
    const { name, uri, uriTemplate } = item;
    if (uri !== undefined) return { ...item, uri: names.outerUri(server, uri) };
    if (uriTemplate !== undefined) return { ...item, uriTemplate: names.outerUri(server, uriTemplate) };
    return { ...item, name: names.outer(server, name) };
  }

  /** Returns the results for all servers of the caller. At `/mcp`, a server that fails or takes too long is left out. */
  private async each<T>(context: McpContext, work: (server: string) => Promise<T>): Promise<readonly T[]> {
    const { single } = this;
    if (single !== undefined)
      return [await work(single).catch((error: unknown) => this.fail(error, { server: single }))];
    const { clock = systemClock } = this.io.options;
    const results = await Promise.allSettled(
      this.servers(context).map(async (server) => {
        try {
          return await withTimeout(work(server), LIST_MS, clock);
        } catch (error) {
          this.report(server, error);
          throw error;
        }
      }),
    );
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  /**
   * Sends a request to its server, and returns the result, or the questions of the server. `onFailure` converts a failure of the server's
   * connection to a result.
   */
  private async call(
    method: string,
    params: object,
    named: Place | undefined,
    context: ServerContext,
    onFailure?: (error: unknown, place: Place) => Result,
  ): Promise<never> {
    const request = this.contextOf(context);
    const place = this.checked(method, named, request);
    const { held } = this.io;
    const sent = paramsFor(method, params, place);
    const { _meta, ...same } = sent;
    const subject = jsonKey([place.server, method, same]);
    const round = this.roundOf(context, request);
    const state = stateOf(context);
    const waiting = state?.type === 'held' ? held.take(state.value, subject) : undefined;
    if (state?.type === 'held' && waiting === undefined)
      throw this.invalidParams(
        'the requestState is invalid, has expired or belongs to another call; call again without it',
      );
    waiting?.answer(context.mcpReq.inputResponses ?? {});
    try {
      const call =
        waiting ??
        new HeldCall(subject, round, async (own, signal) => {
          await this.ready(place.server, request, signal);
          const connection = this.to(place.server);
          if (method === 'tools/call' && !(await this.approvedIn(connection)).has(place.name))
            throw this.unknown(method, place, request);
          const full = withInput(sent, context, state?.type === 'server' ? state.value : undefined);
          const recorded = { server: place.server, method, name: place.name, params: sent, signal };
          const answer = await recordCall<Answer>(request, recorded, this.io, () =>
            connection.send(method, full, own, signal),
          );
          if ('result' in answer) return answer.result;
          const { code, message, data } = answer.failure;
          throw new this.sdk.ProtocolError(code, message, data);
        });
      const next = await call.next(round);
      if ('questions' in next)
        return inputRequired({ inputRequests: next.questions, requestState: `held:${held.add(call)}` });
      return this.resultFor(place.server, next.result) as never;
    } catch (error) {
      if (error instanceof this.sdk.ProtocolError) throw error;
      this.report(place.server, error);
      if (onFailure !== undefined) return onFailure(error, place) as never;
      return this.fail(error, place);
    }
  }

  /** Returns a result for the client. The state of a server is marked, because the gateway has states as well. */
  private resultFor(server: string, result: JsonObject): Result {
    if (result['resultType'] !== 'input_required') return this.names.outerUris(server, result);
    const state = asText(result['requestState']);
    return { ...result, ...(state !== undefined && { requestState: `server:${state}` }) };
  }

  private roundOf({ mcpReq }: ServerContext, request: McpContext): Round {
    const { signal: disconnect = mcpReq.signal } = request.call;
    const progressToken = mcpReq._meta?.progressToken;
    const send = (notice: ServerNotice): void => {
      // The client may have disconnected.
      mcpReq.notify(notice as never).catch(() => undefined);
    };
    return {
      client: this.io.client ?? request,
      signal: AbortSignal.any([mcpReq.signal, disconnect]),
      notify: send,
      progress: (progress) => {
        if (progressToken === undefined) return;
        send({ method: 'notifications/progress', params: { ...progress, progressToken } });
      },
    };
  }

  /** Connects a server the first time. A connection attempt is a call in the log. */
  private async ready(
    server: string,
    context: McpContext,
    signal: AbortSignal | undefined,
  ): ReturnType<ServerConnection['ready']> {
    const connection = this.to(server);
    const either = signal ?? new AbortController().signal;
    if (!connection.isKnown)
      await recordCall(context, { server, method: 'initialize', signal: either }, this.io, () =>
        this.io.admission.connecting(
          server,
          (event) => context.call.onEvent?.(event),
          async () => {
            await connection.ready(either);
            return undefined;
          },
        ),
      );
    return connection.ready(either);
  }

  /** Returns the names of the tools that are not hidden. */
  private async approvedIn(connection: ServerConnection): Promise<ReadonlySet<string>> {
    return this.io.approvals.approvedIn(connection.server, await connection.definitions());
  }

  private to(server: string): ServerConnection {
    const { options, shared, connections, capabilities } = this.io;
    const isShared = options.servers[server]?.shared === true;
    return isShared ? shared.to(server, {}) : connections.to(server, capabilities);
  }

  private access({ caller }: McpContext): Access {
    return new Access(caller, this.io.options.tenants ?? {});
  }

  /** Returns the names of the servers that the caller may use. */
  private servers(context: McpContext): readonly string[] {
    const access = this.access(context);
    const names = this.single === undefined ? Object.keys(this.io.options.servers) : [this.single];
    return names.filter((name) => access.hasServer(name));
  }

  /** Returns a place that the caller may use. Throws the same error whether it does not exist or is forbidden. */
  private checked(method: string, place: Place | undefined, context: McpContext): Place {
    const isServed = place !== undefined && Object.hasOwn(this.io.options.servers, place.server);
    if (isServed && this.access(context).allows(place.server, place.name)) return place;
    throw this.unknown(method, isServed ? place : { server: 'other', name: place?.name ?? '' }, context);
  }

  private unknown(method: string, place: Place, context: McpContext): Error {
    recordRefusal(context, { ...place, method });
    const kind = method.startsWith('tools') ? 'tool' : method.startsWith('prompts') ? 'prompt' : 'resource';
    return this.invalidParams(`unknown ${kind}; list them to see which ones are available`);
  }

  private invalidParams(message: string): Error {
    return new this.sdk.ProtocolError(this.sdk.ProtocolErrorCode.InvalidParams, message);
  }

  /** Throws the error of the protocol for a failure of a server. */
  private fail(error: unknown, { server }: Pick<Place, 'server'>): never {
    if (error instanceof this.sdk.ProtocolError) throw error;
    throw new this.sdk.ProtocolError(this.sdk.ProtocolErrorCode.InternalError, publicMessage(error, server));
  }

  private report(server: string, error: unknown): void {
    if (LlmError.is(error, 'aborted')) return;
    notify(this.io.options.onError, error, { server });
  }
}

/** Capabilities of `/mcp`. */
const ALL: ServerCapabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};
