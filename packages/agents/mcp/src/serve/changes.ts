import type { McpServer, ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { RPC_CODE } from '../rpc-codes.ts';

/** Returns a bus for the events of one process. */
export function processBus(): ServerEventBus {
  const listeners = new Set<(event: ServerEvent) => void>();
  return {
    publish: (event) => {
      for (const listener of listeners) listener(event);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Maximum number of resources to which a client subscribes, and of characters of their addresses. */
const MAX_SUBSCRIPTIONS = 1000;
const MAX_URI_CHARS = 2000;

/** Returns the reason for which a client with `count` subscriptions cannot subscribe to another address, or `undefined`. */
export const subscriptionProblem = (uri: string, count: number): string | undefined =>
  uri.length <= MAX_URI_CHARS && count < MAX_SUBSCRIPTIONS
    ? undefined
    : `a client can subscribe to at most ${MAX_SUBSCRIPTIONS} addresses with at most ${MAX_URI_CHARS} characters`;

interface Connected {
  /** Whether the client uses protocol 2025. */
  readonly isLegacy: boolean;
  /** Resources to which a client of protocol 2025 has subscribed. */
  readonly uris: Set<string>;
}

/**
 * Notifies the clients that have an open connection: those on stdio, and those with a session of protocol 2025. The SDK notifies
 * the subscriptions of protocol 2026 over HTTP, which read the same bus.
 */
export class Changes {
  readonly bus: ServerEventBus;
  private readonly connected = new Map<McpServer, Connected>();
  private readonly unsubscribe: () => void;

  constructor(bus: ServerEventBus) {
    this.bus = bus;
    this.unsubscribe = bus.subscribe((event) => {
      for (const [server, connected] of this.connected) notify(server, connected, event);
    });
  }

  /** Servers whose clients are connected. */
  get servers(): readonly McpServer[] {
    return [...this.connected.keys()];
  }

  /** Notifies a server's client until the server is closed. */
  add(server: McpServer, era: 'legacy' | 'modern'): void {
    this.connected.set(server, { isLegacy: era === 'legacy', uris: new Set() });
    const { onclose } = server.server;
    server.server.onclose = () => {
      this.connected.delete(server);
      onclose?.();
    };
  }

  /** Lets the clients of protocol 2025 subscribe to resources. */
  register(server: McpServer): void {
    server.server.setRequestHandler('resources/subscribe', ({ params }) => {
      const { uri } = params;
      // Without a session, a client cannot be notified, so its subscription is not stored.
      const { uris = new Set<string>() } = this.connected.get(server) ?? {};
      const problem = uris.has(uri) ? undefined : subscriptionProblem(uri, uris.size);
      if (problem !== undefined) throw Object.assign(new Error(problem), { code: RPC_CODE.invalidParams });
      uris.add(uri);
      return {};
    });
    server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      this.connected.get(server)?.uris.delete(params.uri);
      return {};
    });
  }

  close(): void {
    this.unsubscribe();
  }
}

function notify(server: McpServer, { isLegacy, uris }: Connected, event: ServerEvent): void {
  // The client may have disconnected.
  const ignore = (): undefined => undefined;
  if (event.kind === 'resource_updated') {
    // The SDK itself drops updates to which a client of protocol 2026 has not subscribed.
    if (!isLegacy || uris.has(event.uri)) server.server.sendResourceUpdated({ uri: event.uri }).catch(ignore);
  } else if (event.kind === 'tools_list_changed') server.server.sendToolListChanged().catch(ignore);
  else if (event.kind === 'resources_list_changed') server.server.sendResourceListChanged().catch(ignore);
}
