import { LlmError, systemClock } from '@majordomo/core';
import { canonicalJson } from '@majordomo/core/toolkit';
import type { ServerNotice } from '@majordomo/mcp/internal';
import type { LoginOwner } from './logins.ts';
import type { McpGatewayOptions, McpGatewayServer } from './options.ts';
import { ServerConnection, type ConnectionOwner } from './server-connection.ts';

const MAX_CONNECTIONS = 1000;

/** All connections of a gateway, up to the limit of the options. */
export class Connections {
  readonly options: McpGatewayOptions;
  private readonly open = new Map<ServerConnection, () => void>();

  constructor(options: McpGatewayOptions) {
    this.options = options;
  }

  /** Number of open connections. */
  get size(): number {
    return this.open.size;
  }

  /**
   * Creates a connection, which connects at its first request. At the limit, closes the one that has been unused for the longest time, and
   * one with subscriptions only if all unused ones have some. Throws `overloaded` if all are in use. `onClose`: called when the connection is
   * closed to make room.
   */
  create(
    server: string,
    place: McpGatewayServer,
    owner: ConnectionOwner,
    onClose: () => void,
  ): ServerConnection {
    const { maxConnections = MAX_CONNECTIONS } = this.options;
    if (this.open.size >= maxConnections) this.closeOldest();
    const connection = new ServerConnection(server, place, owner, this.options);
    this.open.set(connection, onClose);
    return connection;
  }

  async close(connection: ServerConnection): Promise<void> {
    this.open.delete(connection);
    await connection.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.open.keys()].map((connection) => this.close(connection)));
  }

  private closeOldest(): void {
    const unused = [...this.open.keys()].filter(({ isInUse }) => !isInUse);
    const withoutUpdates = unused.filter(({ subscriptions }) => subscriptions.isEmpty);
    const closable = withoutUpdates.length > 0 ? withoutUpdates : unused;
    const [oldest] = closable.toSorted((a, b) => a.lastUsed - b.lastUsed);
    if (oldest === undefined)
      throw new LlmError(
        'overloaded',
        'mcpGateway: all connections to servers are in use; raise maxConnections',
      );
    this.open.get(oldest)?.();
    // Nothing waits for the end of the unused connection.
    this.close(oldest).catch(() => undefined);
  }
}

/** Connections of one session, of one caller, or of all callers, by server and the capabilities of the client. */
export class OwnedConnections {
  private readonly all: Connections;
  private readonly onChange: ConnectionOwner['onChange'];
  private readonly servers: McpGatewayOptions['servers'];
  private readonly known = new Map<string, ServerConnection>();

  constructor(
    all: Connections,
    onChange: ConnectionOwner['onChange'],
    servers: McpGatewayOptions['servers'] = all.options.servers,
  ) {
    this.all = all;
    this.servers = servers;
    this.onChange = onChange;
  }

  /** Notifies the owner of a change at a server. */
  changed(server: string, notice: ServerNotice): void {
    this.onChange(server, notice);
  }

  /** Returns the connection to a server. `login`: user whose login it uses, if the server has logins. Each login has its own connection. */
  to(server: string, capabilities: ConnectionOwner['capabilities'], login?: LoginOwner): ServerConnection {
    const { user = null, id = null } = login ?? {};
    const key = canonicalJson([server, capabilities, user, id]);
    const { onChange } = this;
    let connection = this.known.get(key);
    if (connection === undefined) {
      const place = this.servers[server];
      if (place === undefined) throw new LlmError('config', `mcpGateway: no server is named "${server}"`);
      connection = this.all.create(server, place, { capabilities, login, onChange }, () =>
        this.known.delete(key),
      );
      this.known.set(key, connection);
    }
    return connection;
  }

  /** Closes the connections that have been unused since a time. */
  async closeUnused(since: number): Promise<void> {
    const unused = [...this.known].filter(([, { isInUse, lastUsed }]) => !isInUse && lastUsed < since);
    for (const [key] of unused) this.known.delete(key);
    await Promise.all(unused.map(([, connection]) => this.all.close(connection)));
  }

  async close(): Promise<void> {
    const connections = [...this.known.values()];
    this.known.clear();
    await Promise.all(connections.map((connection) => this.all.close(connection)));
  }
}

/** Returns the time of a clock. */
export const nowOf = ({ clock = systemClock }: Pick<McpGatewayOptions, 'clock'>): number => clock.now();
