import { LlmError, systemClock, type JsonObject } from '@majordomo/core';
import { asRecord, isTooDeep, sha256 } from '@majordomo/core/toolkit';
import {
  ANY_RESULT,
  Connection,
  CUT_OFF,
  fingerprintOf,
  isUnprocessed,
  questionOf,
  RPC_CODE,
  startedTask,
  toLlmError,
  type Forwarding,
  type ServerNotice,
} from '@majordomo/mcp/internal';
import type {
  CallToolRequest,
  Client,
  RequestOptions,
  ServerCapabilities,
  Tool,
} from '@modelcontextprotocol/client';
import type { Definition } from './approvals.ts';
import type { McpEndpoint } from '@majordomo/mcp';
import type { HeldCall } from './held-call.ts';
import { LISTS, type ListedItem, type ListKind } from './lists.ts';
import { addressOf, hasLogin, loginRequired, type LoginOwner } from './logins.ts';
import type { McpGatewayOptions, McpGatewayServer } from './options.ts';
import { Subscriptions } from './subscriptions.ts';

/** Maximum number of tools, prompts, resources or templates of a server. The rest of a longer list is dropped. */
const MAX_LISTED = 1000;
/** Maximum length of the name of a tool. A tool with a longer name is dropped. */
const MAX_NAME_CHARS = 128;

/** Error of JSON-RPC with which a server answered a request. */
export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

/** Request of a client. */
interface ClientRequest {
  readonly method: string;
  readonly params: JsonObject;
  /** Approved definition of the tool of a call. The call is not sent if the server has another one. */
  readonly definition?: Definition | undefined;
  /** Called when the request is sent, and with `false` if the server did not receive it. */
  readonly setSent: (isSent: boolean) => void;
}

/** Answer of a server: a result, or an error of JSON-RPC. */
export type Answer = { readonly result: JsonObject } | { readonly failure: RpcFailure };

/** Facts about a server, from the latest connection. */
export interface ServerFacts {
  readonly capabilities: ServerCapabilities;
  readonly instructions: string | undefined;
}

/** Owner of a connection. */
export interface ConnectionOwner {
  /** Capabilities of the clients. */
  readonly capabilities: Forwarding['capabilities'];
  /** User whose login the connection uses. `undefined` for a server without logins. */
  readonly login: LoginOwner | undefined;
  /** Called when a list of the server or a resource has changed. */
  onChange(server: string, notice: ServerNotice): void;
}

/** Connection to a server for one session, one caller, or all callers. */
export class ServerConnection {
  readonly server: string;
  readonly subscriptions: Subscriptions = new Subscriptions((signal, work) =>
    this.using(() => this.connection.request('subscription', signal, work)),
  );
  tools: readonly Tool[] = [];
  lastUsed: number;
  private readonly connection: Connection;
  /** Calls in progress. */
  private readonly exchanges = new Set<HeldCall>();
  private readonly owner: ConnectionOwner;
  private readonly place: McpGatewayServer;
  private fingerprint: string | undefined;
  /** `undefined` before the first connection, and after the server could not be reached. */
  private known: ServerFacts | undefined;
  /** Definitions of the current tools, computed at their first use. */
  private defined: Promise<ReadonlyMap<string, Definition>> | undefined;
  private active = 0;

  constructor(server: string, place: McpGatewayServer, owner: ConnectionOwner, options: McpGatewayOptions) {
    this.server = server;
    this.owner = owner;
    this.place = place;
    const { clock = systemClock, around } = options;
    const { connectMs, timeoutMs, totalMs, protocol } = place;
    this.lastUsed = clock.now();
    const forward: Forwarding = {
      capabilities: owner.capabilities,
      request: (method, params, signal) => this.ask(method, params, signal),
      notification: (notice) => {
        this.notified(notice);
      },
    };
    const { records } = options;
    const limits = { connectMs, timeoutMs, totalMs, protocol, clock, around, forward };
    this.connection = new Connection({
      options: { name: server, place: placeOf(place), user: owner.login?.user, records, ...limits },
      // A gateway reports failures to `onError`, and needs no events of a toolbox.
      emit: () => undefined,
      onTools: (tools) => {
        this.update(tools);
      },
    });
  }

  get isInUse(): boolean {
    return this.active > 0;
  }

  /** Whether the server was connected, so that its tools are known. */
  get isKnown(): boolean {
    return this.known !== undefined;
  }

  /**
   * Connects the first time, and returns the facts about the server. Later requests reconnect if necessary. Rejects with `auth`, code
   * `login-required`, if the user of the connection has no login.
   */
  async ready(signal: AbortSignal): Promise<ServerFacts> {
    return this.using(async () => {
      if (this.known !== undefined) return this.known;
      if (!hasLogin(this.owner.login)) throw loginRequired(this.server);
      // Connects, and passes the tools to `update`.
      await this.connection.list(signal);
      this.known = await this.connection.request('capabilities', signal, (client) =>
        Promise.resolve({
          capabilities: client.getServerCapabilities() ?? {},
          instructions: client.getInstructions(),
        }),
      );
      return this.known;
    });
  }

  /** Updates the tools of a server that does not report changes. */
  async refresh(): Promise<void> {
    if (this.known?.capabilities.tools?.listChanged === true) return;
    await this.using(() => this.connection.list(new AbortController().signal));
  }

  /** Returns the definitions of the tools, by name. */
  definitions(): Promise<ReadonlyMap<string, Definition>> {
    this.defined ??= definitionsOf(this.tools);
    return this.defined;
  }

  /** Returns a list of the server; the empty list if the server does not have the capability. */
  async list(kind: ListKind, signal: AbortSignal): Promise<readonly ListedItem[]> {
    const { capabilities } = await this.ready(signal);
    if (capabilities[kind === 'prompts' ? kind : 'resources'] === undefined) return [];
    return this.using(() =>
      this.connection.request(kind, signal, async (client, options) =>
        (await LISTS[kind](client, options)).slice(0, MAX_LISTED),
      ),
    );
  }

  /** Sends a request of a client, and returns the answer of the server. A task of the server is awaited. */
  async send(request: ClientRequest, exchange: HeldCall, signal: AbortSignal): Promise<Answer> {
    this.exchanges.add(exchange);
    try {
      return await this.using(() => this.sendNow(request, exchange, signal));
    } finally {
      this.exchanges.delete(exchange);
    }
  }

  private async sendNow(
    { method, params, definition, setSent }: ClientRequest,
    exchange: HeldCall,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { server } = this;
    // Also called when the connection repeats an unprocessed request in a new session, which has updated the tools.
    const beforeSent = (): void => {
      setSent(false);
      this.checkDefinition(params['name'], definition);
      setSent(true);
    };
    const tool = method === 'tools/call' ? this.tools.find(({ name }) => name === params['name']) : undefined;
    if (tool?.execution?.taskSupport === 'required') return this.runTask(tool, params, beforeSent, signal);
    const answer = await this.connection.request(`${method} ${server}`, signal, async (client, options) => {
      const all: RequestOptions = {
        ...options,
        allowInputRequired: true,
        onprogress: (progress) => {
          options.onprogress?.(progress);
          exchange.progress(progress);
        },
      };
      beforeSent();
      try {
        return { result: (await sendWith(client, method, params, all, tool)) as JsonObject };
      } catch (error) {
        const failure = rpcFailure(error);
        if (failure !== undefined) return { failure };
        setSent(!isUnprocessed(toLlmError(error, { label: server, signal })));
        throw error;
      }
    });
    if (!('result' in answer)) {
      checkAddresses(answer.failure, { name: server, place: this.place });
      return answer;
    }
    if (isTooDeep(answer.result))
      throw new LlmError('protocol', `${server}: the result is nested too deeply`);
    checkQuestions(answer.result, { name: server, place: this.place });
    const task = startedTask(answer.result);
    return task === undefined ? answer : resultOf(await this.connection.awaitTask(task, signal), task.taskId);
  }

  /** Sets the minimum level of log messages, if the server sends any. */
  async setLevel(params: JsonObject, signal: AbortSignal): Promise<void> {
    const { capabilities } = await this.ready(signal);
    if (capabilities.logging === undefined) return;
    await this.using(() =>
      this.connection.request('logging/setLevel', signal, (client, options) =>
        client.request({ method: 'logging/setLevel', params }, ANY_RESULT, options),
      ),
    );
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Throws `denied` if the server has another definition of a tool than the approved one. */
  private checkDefinition(name: unknown, approved: Definition | undefined): void {
    const tool = this.tools.find((one) => one.name === name);
    if (approved === undefined || (tool !== undefined && fingerprintOf(tool) === approved.text)) return;
    throw new LlmError('denied', `${this.server}: the definition of the tool has changed`, {
      code: 'tool-changed',
    });
  }

  /** Awaits a tool that the server runs only as a task. */
  private async runTask(
    tool: Tool,
    params: JsonObject,
    check: () => void,
    signal: AbortSignal,
  ): Promise<Answer> {
    const args = (params['arguments'] ?? {}) as JsonObject;
    // With an empty `suspend`, the call waits for the end of the task.
    return resultOf(await this.connection.call({ tool, args, signal, suspend: [], check }), tool.name);
  }

  /**
   * Runs work with the connection, which is in use until then. If the server is not reachable, the next request connects again
   * first, and so counts for the health of the server.
   */
  private async using<T>(work: () => Promise<T>): Promise<T> {
    this.active++;
    try {
      return await work();
    } catch (error) {
      if (LlmError.is(error, 'network')) this.known = undefined;
      throw error;
    } finally {
      this.active--;
      this.lastUsed = this.connection.clock.now();
    }
  }

  /**
   * Returns the exchange to which a message of the server belongs. The protocol of 2025 does not state it, so with several clients
   * the message belongs to none.
   */
  private exchange(): HeldCall | undefined {
    const open = [...this.exchanges];
    const last = open.at(-1);
    return open.every(({ client }) => client === last?.client) ? last : undefined;
  }

  private ask(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    const exchange = this.exchange();
    if (exchange === undefined)
      throw new LlmError('unsupported', 'the request belongs to no call of a client');
    // An address that a user must not open is refused here.
    if (method === 'elicitation/create')
      questionOf(params as never, { name: this.server, place: this.place });
    return exchange.ask(method, params, signal);
  }

  private notified(notice: ServerNotice): void {
    if (/(?:list_changed|resources\/updated)$/.test(notice.method)) this.owner.onChange(this.server, notice);
    // A message of a shared server can be about a call of another caller.
    else if (this.place.shared !== true) this.exchange()?.notify(notice);
  }

  private update(tools: readonly Tool[]): void {
    const named = tools.filter(({ name }) => name !== '' && name.length <= MAX_NAME_CHARS);
    this.tools = [...new Map(named.map((tool) => [tool.name, tool])).values()].slice(0, MAX_LISTED);
    const fingerprint = JSON.stringify(this.tools.map((tool) => [tool.name, fingerprintOf(tool)]));
    const isChanged = this.fingerprint !== undefined && this.fingerprint !== fingerprint;
    this.fingerprint = fingerprint;
    this.defined = undefined;
    if (isChanged) this.owner.onChange(this.server, { method: 'notifications/tools/list_changed' });
    // The session may be new. If a subscription fails, the client does not receive the changes.
    this.subscriptions.renew().catch(() => undefined);
  }
}

/** Returns the endpoint of a server, with the login of users. */
function placeOf(server: McpGatewayServer): McpEndpoint {
  if (server.login === undefined || !('url' in server)) return server;
  const { client, scope } = server.login;
  return { ...addressOf(server), auth: { grant: 'login', client, scope } };
}

/** Returns the result of a task. Its questions were passed to the client while it ran, so it has no other outcome. */
function resultOf(outcome: Awaited<ReturnType<Connection['call']>>, subject: string): Answer {
  if (outcome.type === 'result') return { result: outcome.result as JsonObject };
  throw new LlmError('protocol', `${subject}: the task has no result`);
}

/** Sends a request. Accepts a result that asks for input, and every member of a result. */
function sendWith(
  client: Client,
  method: string,
  params: JsonObject,
  options: RequestOptions,
  tool: Tool | undefined,
): Promise<unknown> {
  if (method !== 'tools/call') return client.request({ method, params }, ANY_RESULT, options);
  // Without an output schema, the SDK accepts a result that is a task or a question.
  const definition = tool && { toolDefinition: { name: tool.name, inputSchema: tool.inputSchema } };
  return client.callTool(params as unknown as CallToolRequest['params'], { ...options, ...definition });
}

/** Returns the error of JSON-RPC with which the server answered, or `undefined` for any other failure. */
function rpcFailure(error: unknown): RpcFailure | undefined {
  const { code, message, data } = asRecord(error);
  // The codes of the SDK's other errors are strings. `CUT_OFF` is the transport's.
  const isRpc = typeof code === 'number' && code !== CUT_OFF;
  return isRpc ? { code, message: String(message), data } : undefined;
}

/** Throws `protocol` if a result asks the user to open an address that a user must not open. */
function checkQuestions(result: JsonObject, server: Parameters<typeof questionOf>[1]): void {
  if (result['resultType'] !== 'input_required') return;
  for (const request of Object.values(asRecord(result['inputRequests']))) {
    const { method, params } = asRecord(request);
    if (method === 'elicitation/create') questionOf(params as never, server);
  }
}

async function definitionsOf(tools: readonly Tool[]): Promise<ReadonlyMap<string, Definition>> {
  const entries = tools.map(async (tool) => {
    const text = fingerprintOf(tool);
    return [tool.name, { hash: await sha256(new TextEncoder().encode(text)), text }] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Throws `protocol` if an error asks the user to open an address that a user must not open. */
function checkAddresses({ code, data }: RpcFailure, server: Parameters<typeof questionOf>[1]): void {
  const { elicitations } = asRecord(data);
  if (code !== RPC_CODE.urlRequired || !Array.isArray(elicitations)) return;
  for (const question of elicitations) questionOf(question as never, server);
}
