import { once } from 'node:events';
import { WebSocket } from 'ws';
import { KEY } from './test-gateway.ts';

/** Message of a gateway. */
export interface ServerMessage {
  readonly type: string;
  readonly stream_id?: string;
  readonly status?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly param: string | null };
  readonly response?: { readonly id: string; readonly output: readonly { readonly type: string }[] };
  readonly delta?: string;
}

/** Client of one socket that records all messages. */
export interface SocketClient extends AsyncDisposable {
  readonly socket: WebSocket;
  readonly messages: readonly ServerMessage[];
  /** Sends `response.create` for the model `claude`. */
  create(members?: object): void;
  /** Returns the next message that has one of these types, and ignores the others. */
  next(...types: readonly string[]): Promise<ServerMessage>;
  /** Code of the close of the socket. */
  readonly closed: Promise<number>;
}

/** Types of the messages that end a response. */
export const ENDS = ['response.completed', 'response.incomplete', 'response.failed', 'error'] as const;

/** Opens a socket of a gateway. Rejects if the gateway refuses the upgrade. */
export async function openSocket(
  url: string,
  headers: Record<string, string> = {},
  query = '',
): Promise<SocketClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/responses${query}`, {
    headers: { authorization: `Bearer ${KEY}`, ...headers },
  });
  const messages: ServerMessage[] = [];
  let read = 0;
  let wake: () => void = () => undefined;
  socket.on('message', (data) => {
    messages.push(JSON.parse((data as Buffer).toString()) as ServerMessage);
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve);
  });
  await once(socket, 'open');
  socket.on('error', () => undefined);
  return {
    socket,
    messages,
    closed,
    create(members) {
      socket.send(JSON.stringify({ type: 'response.create', model: 'claude', input: 'hi', ...members }));
    },
    async next(...types) {
      for (;;) {
        const message = messages[read];
        if (message === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        read += 1;
        if (types.includes(message.type)) return message;
      }
    },
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await closed;
    },
  };
}
