import { systemClock, truncateText, type LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { Client, jsonSchemaValidator } from '@modelcontextprotocol/client';
import { handleServerRequests, capabilitiesFor, type ServerRequests } from '../server-requests/handlers.ts';
import type { ServerNotice } from '../forwarding.ts';
import type { Authorization } from '../auth/authorization.ts';
import { isProvider } from '../auth/check-auth.ts';
import { isProgram } from '../addresses.ts';
import type { OwnedOptions } from '../entry.ts';
import type { McpEvent } from '../options.ts';
import { observeTransport } from '../transport/observed-transport.ts';
import { openTransport } from '../transport/open-transport.ts';
import type { ServerTransport } from '../transport/server-transport.ts';
import { loadClient } from '../sdk.ts';
import { isLostConnection, isProbeFailure, needsNewProtocol, toLlmError } from './errors.ts';
import type { KnownProtocol, ProbeResult } from './known-protocol.ts';
import { acceptTasks } from './tasks.ts';

/** Callbacks of a session. */
export interface SessionIo {
  readonly label: string;
  readonly answers: ServerRequests;
  readonly protocol: KnownProtocol;
  emit(event: McpEvent): void;
  /** Called when the server reports that its tools have changed. */
  readonly listChanged: () => void;
  /** Called when the session ends. `last`: the last output of a program and the reason for its end. */
  closed(session: Session, last: string | undefined): void;
}

/** Request options that disable the SDK's timeouts, which `IdleTimeout` replaces. The value is the longest delay of a timer. */
export const NO_LIMIT: { readonly timeout: number } = { timeout: 2 ** 31 - 1 };

const MAX_INSTRUCTIONS = 20_000;

/** Options of a listener for changes of a list, which is not reloaded by the SDK. */
const AT_ONCE = { autoRefresh: false, debounceMs: 0 } as const;
const PROMPTS_CHANGED: ServerNotice = { method: 'notifications/prompts/list_changed' };
const RESOURCES_CHANGED: ServerNotice = { method: 'notifications/resources/list_changed' };

/** Validator that accepts every result. It evaluates no schema, because a schema may contain slow regular expressions. */
const UNCHECKED: jsonSchemaValidator = {
  getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
};

/** Maximum time to wait for the response of a program to the probe for its protocol version, in milliseconds. */
const PROBE_MS = 10_000;

/** Maximum time to connect without the option `connectMs`, in milliseconds. */
export const CONNECT_MS = 60_000;

/** Parameters of a connection attempt. */
interface Attempt {
  readonly options: OwnedOptions;
  readonly authorization: Authorization | undefined;
  readonly io: SessionIo;
  readonly signal: AbortSignal;
}

/**
 * Connects to the server. By default, the SDK sends a probe, `server/discover`, to find the protocol version. A server of protocol
 * 2025 may end or fail after the probe, and is then connected once more without a probe. After a failure, closes the transport and
 * throws an `LlmError`.
 */
export async function openSession(
  options: OwnedOptions,
  authorization: Authorization | undefined,
  io: SessionIo,
  signal: AbortSignal,
): Promise<Session> {
  const attempt = { options, authorization, io, signal };
  if (options.protocol === '2025') return sessionOf(await connect(attempt, 'initialize'));
  const now = (options.clock ?? systemClock).now();
  if (io.protocol.isLegacy(now)) {
    const known = await connect(attempt, 'initialize');
    // The server may have been upgraded.
    if (!('failure' in known) || !known.needsProbe) return sessionOf(known);
  }
  const probed = await connect(attempt, 'probe');
  if ('failure' in probed && probed.isProbeFailure && !signal.aborted) {
    const legacy = await connect(attempt, 'initialize');
    if ('failure' in legacy) throw legacy.needsProbe ? probed.failure : legacy.failure;
    io.protocol.learn({ isLegacy: true, hasTimedOut: false }, now);
    return legacy.session;
  }
  const session = sessionOf(probed);
  if ('session' in probed) io.protocol.learn(probed, now);
  return session;
}

function sessionOf(connected: Connected | Failed): Session {
  if ('failure' in connected) throw connected.failure;
  return connected.session;
}

interface Connected extends ProbeResult {
  readonly session: Session;
}

interface Failed {
  readonly failure: LlmError;
  /** Whether the SDK could not determine the protocol version. */
  readonly isProbeFailure: boolean;
  /** Whether the server does not support protocol 2025. */
  readonly needsProbe: boolean;
}

/** Connects with a probe, or with the handshake of protocol 2025. After a failure, closes the transport. */
async function connect(
  { options, authorization, io, signal }: Attempt,
  start: 'probe' | 'initialize',
): Promise<Connected | Failed> {
  const { Client: SdkClient } = await loadClient();
  const onStderr = (detail: string): void => {
    io.emit({ type: 'stderr', detail });
  };
  const { place, connectMs = CONNECT_MS, clock = systemClock, forward } = options;
  const connection = await openTransport(place, { onStderr, label: io.label, authorization });
  if (options.protocol !== '2025') acceptTasks(connection.transport);
  // An HTTP server that does not respond is not available. A program may ignore unknown requests before its handshake, and at
  // least half of `connectMs` remains for the handshake.
  const probeMs = isProgram(place) ? Math.min(PROBE_MS, connectMs / 2) : NO_LIMIT.timeout;
  const client = new SdkClient(
    { name: 'majordomo', version: '1.0.0' },
    {
      capabilities: capabilitiesFor(options),
      jsonSchemaValidator: UNCHECKED,
      ...(start === 'probe' && {
        versionNegotiation: { mode: 'auto' as const, probe: { timeoutMs: probeMs, maxRetries: 0 } },
      }),
      listChanged: {
        tools: { ...AT_ONCE, onChanged: io.listChanged },
        ...(forward !== undefined && {
          prompts: { ...AT_ONCE, onChanged: () => forward.notification(PROMPTS_CHANGED) },
          resources: { ...AT_ONCE, onChanged: () => forward.notification(RESOURCES_CHANGED) },
        }),
      },
    },
  );
  handleServerRequests(client, io.answers);
  if (options.around !== undefined)
    observeTransport(connection.transport, options.around, {
      server: options.name,
      transport: isProgram(place) ? 'pipe' : 'tcp',
      protocolVersion: () => client.getNegotiatedProtocolVersion(),
    });
  const hasProvider = 'url' in place && place.auth !== undefined && isProvider(place.auth);
  const session = new Session(client, connection, io, hasProvider);
  client.onclose = () => {
    session.markLost();
  };
  const began = clock.now();
  try {
    // The SDK ignores the signal while it sends the last message of the handshake.
    await abortable(client.connect(connection.transport, { ...NO_LIMIT, signal }), signal);
    const isLegacy = client.getProtocolEra() === 'legacy';
    return { session, isLegacy, hasTimedOut: isLegacy && clock.now() - began >= probeMs };
  } catch (error) {
    await session.close();
    const { mask } = connection;
    return {
      failure: toLlmError(error, {
        label: io.label,
        signal,
        last: connection.lastOutput(),
        mask,
        hasProvider,
        protocol: options.protocol ?? 'auto',
      }),
      isProbeFailure: isProbeFailure(error),
      needsProbe: needsNewProtocol(error),
    };
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
    // The transport is closed first, because `client.close` would abort its request for the end of the session. If closing the
    // transport fails, the session is lost anyway, so ignore the error.
    const close = (): Promise<void> => this.client.close().catch(() => undefined);
    this.closed ??= this.transport.close().then(close, close);
    return this.closed;
  }
}
