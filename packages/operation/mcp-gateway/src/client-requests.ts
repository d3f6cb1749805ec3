import type { JsonObject } from '@majordomo/core';
import { asText, canonicalJson, definedMembers } from '@majordomo/core/toolkit';
import type { McpContext } from '@majordomo/gateway';
import { errorResult, INVALID_STATE, type ServerNotice } from '@majordomo/mcp/internal';
import type {
  CallToolRequest,
  CallToolResult,
  ServerCapabilities,
  ServerContext,
  Tool,
} from '@modelcontextprotocol/server';
import { inputRequired, paramsFor, stateOf, withInput } from './call-params.ts';
import { ClientScope, type ClientIo } from './client-scope.ts';
import { HeldCall, type Round } from './held-call.ts';
import { hasLogin, isLoginRequired, LOGIN_TOOL } from './logins.ts';
import { loginAnswer, loginTool, urlQuestion } from './login-answer.ts';
import { Names, type Place } from './names.ts';
import type { ListedItem, ListKind } from './lists.ts';
import { publicMessage } from './public-message.ts';
import { recordCall } from './record-call.ts';
import type { Answer } from './server-connection.ts';

type Sdk = typeof import('@modelcontextprotocol/server');
type Result = Record<string, unknown>;

/** Returns the context of the gateway for the HTTP request of an MCP request. */
export type ContextOf = (context: ServerContext) => McpContext;

/** Answers the requests of a client with the servers that its caller may use. */
export class ClientRequests {
  private readonly io: ClientIo;
  private readonly contextOf: ContextOf;
  private readonly names: Names;
  private readonly single: string | undefined;
  private readonly sdk: Sdk;
  private readonly scope: ClientScope;

  constructor(sdk: Sdk, single: string | undefined, io: ClientIo, contextOf: ContextOf) {
    this.sdk = sdk;
    this.scope = new ClientScope(sdk, single, io);
    this.single = single;
    this.io = io;
    this.contextOf = contextOf;
    this.names = new Names(single);
  }

  /** Returns the capabilities of the one server, or those that servers can have. */
  async offer(
    context: McpContext,
  ): Promise<{ readonly capabilities: ServerCapabilities; readonly instructions?: string | undefined }> {
    const { single } = this;
    if (single === undefined) return { capabilities: ALL };
    try {
      const connection = this.scope.to(single, await this.scope.ownerOf(single, context));
      const { capabilities, instructions } = await this.scope.ready(connection, context, context.call.signal);
      const { tools, prompts, resources, completions, logging } = capabilities;
      return {
        instructions,
        capabilities: {
          // The gateway itself reports approvals, logins, and changes that it finds in a list.
          tools: { ...tools, listChanged: true },
          ...definedMembers({ prompts, resources, completions, logging }),
        },
      };
    } catch (error) {
      this.scope.report(single, error);
      return { capabilities: { tools: { listChanged: true } } };
    }
  }

  /** Sets the minimum level of log messages of all servers. */
  async setLevel(params: JsonObject, context: ServerContext): Promise<void> {
    const request = this.contextOf(context);
    const { signal } = context.mcpReq;
    await this.scope.each(request, [], async (server) => {
      const owner = await this.scope.ownerOf(server, request);
      if (!hasLogin(owner)) return;
      const connection = await this.scope.connected(server, request, signal, owner);
      await connection.setLevel(params, signal);
    });
  }

  /** Ends a subscription of the client. */
  async unsubscribe(uri: string, context: McpContext): Promise<void> {
    const place = this.scope.checked('resources/unsubscribe', this.names.innerUri(uri), context);
    await this.io.subscriptions.remove(place.server, place.name);
  }

  /** Subscribes to a resource that the caller may read. */
  async subscribe(uri: string, context: McpContext, signal: AbortSignal): Promise<void> {
    const place = this.scope.checked('resources/subscribe', this.names.innerUri(uri), context);
    const connection = await this.scope.connected(place.server, context, signal);
    await this.io.subscriptions
      .add(connection, place.name, signal)
      .catch((error: unknown) => this.scope.fail(error, place));
  }

  /** Connects the servers that the caller may use, so that they report changes. */
  async watch(context: McpContext): Promise<void> {
    await this.scope.each(context, ['tools', 'prompts', 'resources'], (server) =>
      this.scope.connected(server, context, context.call.signal),
    );
  }

  /** Returns the tools that the caller may use, with the client's names. */
  async listTools(request: McpContext): Promise<Tool[]> {
    const access = this.scope.access(request);
    const lists = await this.scope.each(request, ['tools'], async (server): Promise<Tool[]> => {
      const owner = await this.scope.ownerOf(server, request);
      if (!hasLogin(owner)) return [loginTool(server, this.names.outer(server, LOGIN_TOOL))];
      const connection = this.scope.to(server, owner);
      const isFirst = !connection.isKnown;
      // The connection may be of use after the request.
      await this.scope.ready(connection, request, undefined);
      // The first connection has requested the tools already.
      if (!isFirst) await connection.refresh();
      const approved = await this.scope.approvedIn(connection);
      return connection.tools
        .filter(({ name }) => access.allows(server, name) && approved.has(name))
        .map((tool) => ({
          ...this.names.outerUris(server, tool),
          name: this.names.outer(server, tool.name),
        }));
    });
    return lists.flat();
  }

  /** Calls a tool by the client's name. A failure of the server is a result. */
  async callTool(params: CallToolRequest['params'], context: ServerContext): Promise<CallToolResult> {
    const place = this.names.inner(params.name);
    const login = place && (await this.login(place, context));
    return (
      login ??
      this.call('tools/call', params, context, (error, { server: name }) =>
        errorResult(publicMessage(error, name)),
      )
    );
  }

  /** Returns a list that the caller may use, with the client's names. */
  async list(kind: ListKind, context: ServerContext): Promise<readonly ListedItem[]> {
    const request = this.contextOf(context);
    const access = this.scope.access(request);
    const changed = kind === 'templates' ? 'resources' : kind;
    const lists = await this.scope.each(request, [changed], async (server) => {
      const owner = await this.scope.ownerOf(server, request);
      if (!hasLogin(owner)) return [];
      const connection = await this.scope.connected(server, request, undefined, owner);
      const items = await connection.list(kind, context.mcpReq.signal);
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

  /**
   * Sends a request to its server, and returns the result, or the questions of the server. `onFailure` converts a failure of the server's
   * connection to a result.
   */
  async call(
    method: string,
    params: object,
    context: ServerContext,
    onFailure?: (error: unknown, place: Place) => Result,
  ): Promise<never> {
    const request = this.contextOf(context);
    const place = this.scope.checked(method, this.names.placeOf(method, params), request);
    const { held } = this.io;
    const sent = paramsFor(method, params, place);
    // `_meta` may differ between the rounds of a call.
    const { _meta, ...same } = sent;
    const subject = canonicalJson([place.server, method, same]);
    const round = this.roundOf(context, request);
    const state = stateOf(context);
    const waiting = state?.type === 'held' ? held.take(state.value, subject) : undefined;
    if (state?.type === 'held' && waiting === undefined) throw this.scope.invalidParams(INVALID_STATE);
    waiting?.answer(context.mcpReq.inputResponses ?? {});
    try {
      const call =
        waiting ??
        // Begins the call, which continues if the server asks and this request ends.
        new HeldCall(subject, round, async (own, signal) => {
          const connection = await this.scope.connected(place.server, request, signal);
          const isTool = method === 'tools/call';
          const definition = isTool ? (await this.scope.approvedIn(connection)).get(place.name) : undefined;
          // A tool that is not approved is as unknown to the client as one that does not exist.
          if (isTool && definition === undefined) throw this.scope.unknown(method, place, request);
          const full = withInput(sent, context, state);
          const recorded = { server: place.server, method, name: place.name, params: sent, signal };
          const answer = await recordCall<Answer>(request, recorded, this.io, (setSent) =>
            connection.send({ method, params: full, definition, setSent }, own, signal),
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
      const question = urlQuestion(error, context);
      if (question !== undefined) return question as never;
      if (error instanceof this.sdk.ProtocolError) throw error;
      if (isLoginRequired(error)) return this.askForLogin(place, context, method === 'tools/call');
      if (onFailure === undefined) return this.scope.fail(error, place);
      this.scope.report(place.server, error);
      return onFailure(error, place) as never;
    }
  }

  /** Answers a call of the tool `login` of a server with logins. Returns `undefined` for any other call. */
  private async login(place: Place, context: ServerContext): Promise<CallToolResult | undefined> {
    const request = this.contextOf(context);
    const { server, name } = place;
    const { logins, connections } = this.io;
    const isServed = logins.of(server) !== undefined && this.scope.servers(request).includes(server);
    if (!isServed || name !== LOGIN_TOOL) return undefined;
    if (!hasLogin(await this.scope.ownerOf(server, request))) return this.askForLogin(place, context, true);
    connections.changed(server, { method: 'notifications/tools/list_changed' });
    return { content: [{ type: 'text', text: `The account at "${server}" is connected.` }] };
  }

  private askForLogin({ server }: Place, context: ServerContext, isTool: boolean): never {
    const { page: url = '' } = this.io.logins.of(server)?.options ?? {};
    const message = `The server "${server}" requires your login.`;
    return loginAnswer(this.sdk, context, this.io.capabilities, { message, url }, isTool);
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
}

/** Capabilities of `/mcp`. */
const ALL: ServerCapabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};
