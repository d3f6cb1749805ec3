import { truncateText } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { Client, jsonSchemaValidator } from '@modelcontextprotocol/client';
import { handleServerRequests, capabilitiesFor, type ServerRequests } from '../server-requests/handlers.ts';
import type { Authorization } from '../auth/authorization.ts';
import { isProvider } from '../auth/check-auth.ts';
import type { McpEvent, McpOptions } from '../options.ts';
import { openTransport } from '../transport/open-transport.ts';
import type { ServerTransport } from '../transport/server-transport.ts';
import { loadClient } from '../sdk.ts';
import { isLostConnection, toLlmError } from './errors.ts';
import { acceptTasks } from './tasks.ts';

/** Callbacks of a session. */
export interface SessionIo {
  readonly label: string;
  readonly answers: ServerRequests;
  emit(event: McpEvent): void;
  /** Called when the server reports that its tools have changed. */
  readonly listChanged: () => void;
  /** Called when the session ends. `last`: the last output of a program and the reason for its end. */
  closed(session: Session, last: string | undefined): void;
}

/** Request options that disable the SDK's timeouts, which `IdleTimeout` replaces. */
export const NO_LIMIT: { readonly timeout: number } = { timeout: 2 ** 31 - 1 };

const MAX_INSTRUCTIONS = 20_000;

/** Validator that accepts every result. It evaluates no schema, because a schema may contain slow regular expressions. */
const UNCHECKED: jsonSchemaValidator = {
  getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
};

/** Connects to the server. After a failure, closes the transport and throws an `LlmError`. */
export async function openSession(
  options: McpOptions,
  authorization: Authorization | undefined,
  io: SessionIo,
  signal: AbortSignal,
): Promise<Session> {
  const { Client: Made } = await loadClient();
  const onStderr = (detail: string): void => {
    io.emit({ type: 'stderr', detail });
  };
  const connection = await openTransport(options.place, { onStderr, label: io.label, authorization });
  if (options.protocol === 'auto') acceptTasks(connection.transport);
  const client = new Made(
    { name: 'majordomo', version: '1.0.0' },
    {
      capabilities: capabilitiesFor(options),
      jsonSchemaValidator: UNCHECKED,
      ...(options.protocol === 'auto' ? { versionNegotiation: { mode: 'auto' as const } } : {}),
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: io.listChanged } },
    },
  );
  handleServerRequests(client, io.answers);
  const { place } = options;
  const hasProvider = 'url' in place && place.auth !== undefined && isProvider(place.auth);
  const session = new Session(client, connection, io, hasProvider);
  client.onclose = () => {
    session.markLost();
  };
  try {
    // The SDK ignores the signal while it sends the last message of the handshake.
    await abortable(client.connect(connection.transport, { ...NO_LIMIT, signal }), signal);
    return session;
  } catch (error) {
    await Promise.allSettled([session.close(), connection.transport.close()]);
    const { mask } = connection;
    throw toLlmError(error, { label: io.label, signal, last: connection.lastOutput(), mask, hasProvider });
  }
}

/** Session with a server, from its opening until it is lost or closed. */
export class Session {
  isOpen = true;
  private readonly client: Client;
  private readonly transport: ServerTransport;
  private readonly io: SessionIo;
  private readonly hasProvider: boolean;
  private activeCalls = 0;
  private closed: Promise<void> | undefined;

  constructor(client: Client, connection: ServerTransport, io: SessionIo, hasProvider = false) {
    this.hasProvider = hasProvider;
    this.client = client;
    this.transport = connection;
    this.io = io;
  }

  /** Name and version that the server reports. */
  get server(): string | undefined {
    const server = this.client.getServerVersion();
    return server && `${server.name} ${server.version}`;
  }

  /** Instructions of the server, at most `MAX_INSTRUCTIONS` characters. */
  get instructions(): string | undefined {
    const text = this.client.getInstructions();
    return text === undefined ? undefined : truncateText(text, MAX_INSTRUCTIONS);
  }

  /**
   * Runs work with the client. Rejects with an `LlmError`. A lost session is closed when its other calls have ended, because an
   * HTTP server may have closed only one connection.
   */
  async use<T>(label: string, signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T> {
    this.activeCalls += 1;
    try {
      return await work(this.client);
    } catch (error) {
      const { hasProvider, transport } = this;
      const { mask } = transport;
      const failure = toLlmError(error, { label, signal, last: transport.lastOutput(), mask, hasProvider });
      if (isLostConnection(failure)) this.markLost();
      throw failure;
    } finally {
      this.activeCalls -= 1;
      if (!this.isOpen && this.activeCalls === 0) void this.close();
    }
  }

  markLost(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.io.closed(this, this.transport.lastOutput());
  }

  close(): Promise<void> {
    this.markLost();
    // If closing the transport fails, the session is lost anyway, so ignore the error.
    const close = (): Promise<void> => this.client.close().catch(() => undefined);
    this.closed ??= this.transport.close().then(close, close);
    return this.closed;
  }
}
