/** Message of a client. */
export interface RpcMessage {
  readonly id?: number | undefined;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

export const RPC_URL = 'http://x.internal';

/** Server as a fetch function, and the messages that it received. */
export interface RpcServer {
  readonly place: {
    readonly url: string;
    readonly fetch: (url: unknown, init?: RequestInit) => Promise<Response>;
  };
  readonly messages: readonly RpcMessage[];
  readonly countOf: (method: string) => number;
}

/**
 * Server of protocol 2025 as a fetch function, without a network. `answer` returns a result or a complete response. `undefined`
 * selects the default: a server without tools.
 */
export function rpcServer(answer: (message: RpcMessage) => unknown = () => undefined): RpcServer {
  const messages: RpcMessage[] = [];
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    if (init.method !== 'POST') return new Response(null, { status: 405 });
    const message = JSON.parse(String(init.body)) as RpcMessage;
    messages.push(message);
    const result = (await answer(message)) ?? defaultResult(message);
    if (result instanceof Response) return result;
    if (message.id === undefined) return new Response(null, { status: 202 });
    return Response.json({ jsonrpc: '2.0', id: message.id, result });
  };
  const countOf = (method: string): number => messages.filter((message) => message.method === method).length;
  return { place: { url: RPC_URL, fetch }, messages, countOf };
}

/** Result of `initialize` with these capabilities. */
export const initialized = ({ params }: RpcMessage, capabilities: object): object => ({
  protocolVersion: params?.['protocolVersion'],
  capabilities,
  serverInfo: { name: 'rpc', version: '1' },
});

function defaultResult(message: RpcMessage): object {
  if (message.method === 'initialize') return initialized(message, { tools: {} });
  if (message.method === 'tools/list') return { tools: [] };
  return { content: [{ type: 'text', text: 'ok' }] };
}
