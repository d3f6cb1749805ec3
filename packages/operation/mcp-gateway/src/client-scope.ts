import { LlmError, systemClock } from '@majordomo/core';
import { notify, withTimeout } from '@majordomo/core/toolkit';
import type { McpContext } from '@majordomo/gateway';
import { Access } from './access.ts';
import type { Approvals, Definition } from './approvals.ts';
import type { OwnedConnections } from './connections.ts';
import type { HeldCalls } from './held-call.ts';
import { isLoginRequired, type LoginOwner, type Logins } from './logins.ts';
import type { Place } from './names.ts';
import { publicMessage } from './public-message.ts';
import { recordCall, recordRefusal, type RecordIo } from './record-call.ts';
import type { ConnectionOwner, ServerConnection } from './server-connection.ts';
import type { ClientSubscriptions } from './subscriptions.ts';

type Sdk = Pick<typeof import('@modelcontextprotocol/server'), 'ProtocolError' | 'ProtocolErrorCode'>;

/** Maximum time that the list of all servers waits for one of them, in milliseconds. */
const LIST_MS = 5000;

/** Parts of the servers for the clients of a caller. */
export interface ClientIo extends RecordIo {
  readonly approvals: Approvals;
  readonly logins: Logins;
  readonly connections: OwnedConnections;
  /** Connections that all callers share. */
  readonly shared: OwnedConnections;
  readonly held: HeldCalls;
  readonly subscriptions: ClientSubscriptions;
  /** Capabilities of the client, which the servers receive. */
  readonly capabilities: ConnectionOwner['capabilities'];
  /** Identity of the client. `undefined` if each request may be of another client. */
  readonly client: object | undefined;
}

/** List of which a client is notified when it changes. */
export type ChangedList = 'tools' | 'prompts' | 'resources';

/** Servers that the caller of a client may use, with the connections of the client. */
export class ClientScope {
  private readonly sdk: Sdk;
  /** Server of the endpoint `/mcp/NAME`; `undefined` at `/mcp`, which serves all servers. */
  private readonly single: string | undefined;
  private readonly io: ClientIo;

  constructor(sdk: Sdk, single: string | undefined, io: ClientIo) {
    this.sdk = sdk;
    this.single = single;
    this.io = io;
  }

  /**
   * Returns the results for all servers of the caller. At `/mcp`, a server that fails or takes too long is left out. When the work at a
   * server that took too long ends, the client is notified of a change of these lists, so that it requests them again.
   */
  async each<T>(
    context: McpContext,
    lists: readonly ChangedList[],
    work: (server: string) => Promise<T>,
  ): Promise<readonly T[]> {
    const { single } = this;
    if (single !== undefined)
      return [await work(single).catch((error: unknown) => this.fail(error, { server: single }))];
    const { options, connections } = this.io;
    const { clock = systemClock } = options;
    const results = await Promise.allSettled(
      this.servers(context).map(async (server) => {
        const running = work(server);
        try {
          return await withTimeout(running, LIST_MS, clock);
        } catch (error) {
          this.report(server, error);
          running.then(
            () => {
              for (const list of lists)
                connections.changed(server, { method: `notifications/${list}/list_changed` });
            },
            () => undefined,
          );
          throw error;
        }
      }),
    );
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  /** Returns the connection of the client to a server after it is connected. `owner`: result of `ownerOf`, read if it is absent. */
  async connected(
    server: string,
    context: McpContext,
    signal: AbortSignal | undefined,
    owner?: LoginOwner,
  ): Promise<ServerConnection> {
    const connection = this.to(server, owner ?? (await this.ownerOf(server, context)));
    await this.ready(connection, context, signal);
    return connection;
  }

  /** Connects a connection of `to`, unless it is connected. A connection attempt is a call in the log. */
  async ready(
    connection: ServerConnection,
    context: McpContext,
    signal: AbortSignal | undefined,
  ): ReturnType<ServerConnection['ready']> {
    const { server } = connection;
    const definedSignal = signal ?? new AbortController().signal;
    if (!connection.isKnown)
      await recordCall(context, { server, method: 'initialize', signal: definedSignal }, this.io, () =>
        this.io.admission.connecting(
          server,
          (event) => context.call.onEvent?.(event),
          async () => {
            await connection.ready(definedSignal);
            return undefined;
          },
        ),
      );
    return connection.ready(definedSignal);
  }

  /** Returns the definitions of the tools that are not hidden, by name. */
  async approvedIn(connection: ServerConnection): Promise<ReadonlyMap<string, Definition>> {
    return this.io.approvals.approvedIn(connection.server, await connection.definitions());
  }

  /** Returns the user of the caller at a server with logins, with the current login. */
  ownerOf(server: string, { caller }: McpContext): Promise<LoginOwner | undefined> {
    return this.io.logins.ownerOf(server, caller);
  }

  /** Returns the connection of the client to a server. `owner`: result of `ownerOf`. */
  to(server: string, owner: LoginOwner | undefined): ServerConnection {
    const { options, shared, connections, capabilities } = this.io;
    const isShared = options.servers[server]?.shared === true;
    return isShared ? shared.to(server, {}) : connections.to(server, capabilities, owner);
  }

  /** Returns the access of a caller. */
  access({ caller }: McpContext): Access {
    return new Access(caller, this.io.options.tenants ?? {});
  }

  /** Returns the names of the servers that the caller may use. */
  servers(context: McpContext): readonly string[] {
    const access = this.access(context);
    const names = this.single === undefined ? Object.keys(this.io.options.servers) : [this.single];
    return names.filter((name) => access.hasServer(name));
  }

  /** Returns a place that the caller may use. Throws the same error whether it does not exist or is forbidden. */
  checked(method: string, place: Place | undefined, context: McpContext): Place {
    const isServed = place !== undefined && Object.hasOwn(this.io.options.servers, place.server);
    if (isServed && this.access(context).allows(place.server, place.name)) return place;
    // `other`: the name comes from the client, and the log must not contain any number of servers.
    throw this.unknown(method, isServed ? place : { server: 'other', name: place?.name ?? '' }, context);
  }

  /** Returns the error of a request that is refused, and records it. */
  unknown(method: string, place: Place, context: McpContext): Error {
    recordRefusal(context, { ...place, method });
    const kind = method.startsWith('tools') ? 'tool' : method.startsWith('prompts') ? 'prompt' : 'resource';
    return this.invalidParams(`unknown ${kind}; list them to see which ones are available`);
  }

  /** Returns the error of the protocol for invalid parameters. */
  invalidParams(message: string): Error {
    return new this.sdk.ProtocolError(this.sdk.ProtocolErrorCode.InvalidParams, message);
  }

  /** Reports a failure of a server to the operator, and throws its error of the protocol. */
  fail(error: unknown, { server }: Pick<Place, 'server'>): never {
    if (error instanceof this.sdk.ProtocolError) throw error;
    this.report(server, error);
    throw new this.sdk.ProtocolError(this.sdk.ProtocolErrorCode.InternalError, publicMessage(error, server));
  }

  /** Reports a failure to the operator. */
  report(server: string, error: unknown): void {
    // Neither a cancelled request nor a user without a login is a failure of the server.
    if (LlmError.is(error, 'aborted') || isLoginRequired(error)) return;
    notify(this.io.options.onError, error, { server });
  }
}
