import { createMajordomo, type CallEvent } from '@majordomo/core';
import { createGateway, type Caller, type Gateway, type GatewayOptions } from '@majordomo/gateway';
import { fakeProvider } from '@majordomo/testing';
import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client';
import { onTestFinished } from 'vitest';
import { mcpGateway, type McpGateway, type McpGatewayOptions } from '../../src/index.ts';

/** Gateway in the process of the test, with its clients. */
export interface World {
  readonly gateway: Gateway;
  readonly mcp: McpGateway;
  readonly events: readonly CallEvent[];
  /** Errors that the operator has received, with the server. */
  readonly errors: readonly (readonly [server: string, message: string])[];
  /** Connects the SDK's client. `path`: such as `/mcp/github`. */
  connect(key: string, options?: ConnectOptions): Promise<Client>;
  /** Sends a request of HTTP. */
  send(path: string, init?: RequestInit & { readonly key?: string }): Promise<Response>;
}

export interface ConnectOptions extends ClientOptions {
  readonly path?: string;
  readonly protocol?: '2025' | '2026';
  readonly prepare?: (client: Client) => void;
}

export interface WorldOptions extends Omit<McpGatewayOptions, 'onError'> {
  /** Callers by key. */
  readonly callers?: Readonly<Record<string, Caller>>;
  readonly gateway?: Partial<GatewayOptions>;
}

const ORIGIN = 'http://gateway.test';

/** Creates a gateway. Without `callers`, the key `all` may use everything. */
export function world({
  callers = { all: { key: 'all' } },
  gateway: others,
  ...options
}: WorldOptions): World {
  const events: CallEvent[] = [];
  const errors: (readonly [string, string])[] = [];
  const mcp = mcpGateway({
    ...options,
    onError: (error, { server }) => {
      errors.push([server, String(error)]);
    },
  });
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [fakeProvider({ id: 'fake' })] }),
    models: { smart: 'fake/model' },
    authorize: ({ headers }) => {
      const key = headers.get('authorization')?.replace('Bearer ', '') ?? '';
      return Object.hasOwn(callers, key) ? callers[key] : undefined;
    },
    mcp,
    onEvent: (event) => {
      events.push(event);
    },
    ...others,
  });
  onTestFinished(() => mcp.close());
  return {
    gateway,
    mcp,
    events,
    errors,
    send: (path, { key = 'all', ...init } = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${key}`);
      return gateway.fetch(new Request(ORIGIN + path, { ...init, headers }));
    },
    async connect(key, { path = '/mcp', protocol = '2026', prepare, ...clientOptions } = {}) {
      const client = new Client(
        { name: 'test', version: '1' },
        { ...(protocol === '2026' && { versionNegotiation: { mode: 'auto' } }), ...clientOptions },
      );
      prepare?.(client);
      const transport = new StreamableHTTPClientTransport(new URL(ORIGIN + path), {
        requestInit: { headers: { authorization: `Bearer ${key}` } },
        fetch: (input, init) => gateway.fetch(new Request(input, init)),
      });
      await client.connect(transport);
      onTestFinished(() => client.close());
      return client;
    },
  };
}
