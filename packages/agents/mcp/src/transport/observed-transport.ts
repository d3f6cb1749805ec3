import { LlmError, type JsonObject } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import type { JSONRPCMessage, JSONRPCRequest, RequestId, Transport } from '@modelcontextprotocol/client';
import { runAround, type McpAround, type RequestFacts } from '../around.ts';

/** Member of `_meta` that contains the version of protocol 2026. */
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';

/** Facts about the requests of a connection. */
export interface ConnectionFacts extends Pick<RequestFacts, 'server' | 'transport'> {
  /** Returns the version that the client and the server agreed on, if any. */
  readonly protocolVersion: () => string | undefined;
}

/** The probe for the protocol version, whose response only the SDK receives, and a stream that lasts as long as the connection. */
const UNOBSERVED: ReadonlySet<string> = new Set(['server/discover', 'subscriptions/listen']);

type SendOptions = Parameters<Transport['send']>[1];

/** Error of JSON-RPC with which a server answered a request. */
class ResponseError extends Error {
  readonly code: number;

  constructor({ code, message }: { readonly code: number; readonly message: string }) {
    super(message);
    this.code = code;
  }
}

/** Request that waits for its response. */
interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Runs each request of a transport inside `around`, from sending until the response. Call this before the transport is connected. */
export function observeTransport(transport: Transport, around: McpAround, facts: ConnectionFacts): void {
  const pending = new Map<RequestId, Pending>();
  const fail = (id: RequestId, error: unknown): void => pending.get(id)?.reject(error);
  const send = transport.send.bind(transport);
  const request = (message: JSONRPCRequest, options: SendOptions): Promise<void> => {
    const { id, params } = message;
    const signal = options?.requestSignal;
    const onAbort = (): void => {
      fail(id, aborted());
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    // Settles as `send` does, when the message is sent. `around` runs until the response. `runAround`
    // calls `run` even if `around` does not, so every request is sent.
    return new Promise((sent, notSent) => {
      const run = (meta?: JsonObject): Promise<unknown> =>
        new Promise((resolve, reject) => {
          pending.set(id, { resolve, reject });
          send(withMeta(message, meta), options).then(sent, (error: unknown) => {
            notSent(error);
            fail(id, error);
          });
        });
      runAround(around, aboutRequest(message, facts), params, run)
        // The SDK reports the failure of a request itself.
        .catch(() => undefined)
        .finally(() => {
          pending.delete(id);
          signal?.removeEventListener('abort', onAbort);
        });
    });
  };
  transport.send = (message, options) => {
    if ('method' in message && 'id' in message && !UNOBSERVED.has(message.method))
      return request(message, options);
    const cancelled = cancelledId(message);
    if (cancelled !== undefined) fail(cancelled, aborted());
    return send(message, options);
  };
  const { onmessage, onclose } = transport;
  transport.onmessage = (message, extra) => {
    onmessage?.(message, extra);
    if ('result' in message) pending.get(message.id)?.resolve(message.result);
    else if ('error' in message && message.id !== undefined)
      fail(message.id, new ResponseError(message.error));
  };
  transport.onclose = () => {
    onclose?.();
    for (const id of pending.keys()) fail(id, new LlmError('network', 'the connection was closed'));
  };
}

const aboutRequest = (
  { id, method, params }: JSONRPCRequest,
  { server, transport, protocolVersion }: ConnectionFacts,
): RequestFacts => ({
  side: 'client',
  method,
  id,
  server,
  transport,
  protocolVersion: asText(asRecord(params?._meta)[VERSION_KEY]) ?? protocolVersion(),
});

function withMeta(message: JSONRPCRequest, meta: JsonObject | undefined): JSONRPCRequest {
  if (meta === undefined || !isJson(meta)) return message;
  return { ...message, params: { ...message.params, _meta: { ...message.params?._meta, ...meta } } };
}

/** Whether a value that the application returned can be sent. */
function isJson(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

/** Returns the id of the request that a notification cancels. */
function cancelledId(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  return message.params?.['requestId'] as RequestId | undefined;
}

const aborted = (): LlmError => new LlmError('aborted', 'the request was aborted');
