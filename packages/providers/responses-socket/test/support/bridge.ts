import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { OpenSocket } from '../../src/options.ts';
import { openWs } from '../../src/ws.ts';

/** Message that a bridge received. */
export interface Bridged {
  readonly message: Readonly<Record<string, unknown>>;
  /** Body with the complete input, as it is sent over HTTP. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Server of sockets that sends each message to a server of the Responses API over HTTP. */
export interface Bridge extends AsyncDisposable {
  /** Opens a socket of the bridge instead of a socket of the URL. */
  readonly open: OpenSocket;
  readonly messages: Bridged[];
  /** Number of accepted upgrades. */
  upgrades(): number;
  readonly sockets: ReadonlySet<WebSocket>;
}

interface BridgeOptions {
  /** Returns the status with which an upgrade is refused, or `undefined` to accept it. */
  readonly refuse?: (request: IncomingMessage) => number | undefined;
  /** Size of the body of a refusal. */
  readonly refusalBytes?: number;
  /** Is called after each upgrade, which is refused with a body that does not end. */
  readonly stall?: () => void;
  /** Handles a message instead of sending it over HTTP, and returns true. */
  readonly answer?: (socket: WebSocket, message: Readonly<Record<string, unknown>>) => boolean;
}

const TARGET = 'x-bridge-target';

export async function startBridge(options: BridgeOptions = {}): Promise<Bridge> {
  const messages: Bridged[] = [];
  const sockets = new Set<WebSocket>();
  let upgrades = 0;
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, maxPayload: 0 });
  http.on('upgrade', (request, network, head) => {
    if (options.stall !== undefined) {
      network.on('error', () => undefined);
      network.resume().on('end', () => network.destroy());
      network.write('HTTP/1.1 503 Busy\r\ncontent-length: 1000\r\n\r\n{', options.stall);
      return;
    }
    const status = options.refuse?.(request);
    if (status !== undefined) {
      const error = { message: 'refused', type: 'refused' };
      const body = JSON.stringify({ error }).padEnd(options.refusalBytes ?? 0);
      network.on('error', () => undefined);
      network.end(
        `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nretry-after: 7\r\n\r\n${body}`,
      );
      return;
    }
    server.handleUpgrade(request, network, head, (socket) => {
      upgrades += 1;
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
      const session = new Session(socket, request, messages, options);
      socket.on('message', (data) => {
        void session.receive((data as Buffer).toString());
      });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    open(url, headers, signal) {
      const all = new Headers(headers);
      all.set(TARGET, url.replace(/^ws/, 'http'));
      return openWs(`ws://127.0.0.1:${port}/v1/responses`, all, signal);
    },
    messages,
    upgrades: () => upgrades,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Conversation of one socket. */
class Session {
  private readonly socket: WebSocket;
  private readonly target: string;
  private readonly headers: Record<string, string>;
  private readonly messages: Bridged[];
  private readonly options: BridgeOptions;
  private last: { readonly id: string; readonly input: readonly unknown[] } | undefined;
  private readonly stop = new AbortController();
  /** Whether the last event ended its response. */
  private isComplete = false;

  constructor(socket: WebSocket, request: IncomingMessage, messages: Bridged[], options: BridgeOptions) {
    this.socket = socket;
    this.messages = messages;
    this.options = options;
    const { [TARGET]: target, ...headers } = request.headers;
    this.target = String(target);
    const kept = Object.entries(headers).filter(
      ([name]) => !/^(?:host|connection|upgrade|sec-|content-)/.test(name),
    );
    this.headers = Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
    socket.on('close', () => {
      this.stop.abort();
    });
  }

  async receive(text: string): Promise<void> {
    const message = JSON.parse(text) as Record<string, unknown>;
    const { type, previous_response_id: previous, ...rest } = message;
    const isKnown = previous !== undefined && previous === this.last?.id;
    const input = isKnown ? [...(this.last?.input ?? []), ...(rest['input'] as unknown[])] : rest['input'];
    const body = {
      ...rest,
      input,
      ...(!isKnown && previous !== undefined && { previous_response_id: previous }),
    };
    this.messages.push({ message, body });
    if (type !== 'response.create') throw new Error(`the message has the type ${String(type)}`);
    if (this.options.answer?.(this.socket, message) === true) return;
    try {
      await this.forward({ ...body, stream: true }, Array.isArray(input) ? input : []);
    } catch {
      this.socket.terminate();
    }
  }

  private async forward(body: object, input: readonly unknown[]): Promise<void> {
    this.isComplete = false;
    const response = await fetch(this.target, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: this.stop.signal,
    });
    if (!response.ok) {
      this.fail(response.status, await response.text(), Object.fromEntries(response.headers));
      return;
    }
    if (response.body === null || /json|html/.test(response.headers.get('content-type') ?? ''))
      throw new Error('the response has no events');
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      rest = (rest + chunk).replaceAll('\r\n', '\n');
      const events = rest.split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) this.send(event, input);
    }
    this.checkComplete();
  }

  private checkComplete(): void {
    if (!this.isComplete) throw new Error('the response has no terminal event');
  }

  private send(event: string, input: readonly unknown[]): void {
    const lines = event.split('\n').filter((line) => line.startsWith('data:'));
    const data = lines.map((line) => line.slice('data:'.length).trim()).join('\n');
    if (data === '' || data === '[DONE]') return;
    const parsed = JSON.parse(data) as { type?: string; response?: { id: string; output?: unknown[] } };
    this.isComplete = /^(?:response\.(?:completed|incomplete|failed)|error)$/.test(parsed.type ?? '');
    if (parsed.type === 'response.completed' && parsed.response !== undefined)
      this.last = { id: parsed.response.id, input: [...input, ...(parsed.response.output ?? [])] };
    this.socket.send(data);
  }

  private fail(status: number, text: string, headers: Record<string, string>): void {
    let error: object = { message: text };
    try {
      error = (JSON.parse(text) as { error: object }).error;
    } catch {
      // The body is not JSON.
    }
    this.socket.send(JSON.stringify({ type: 'error', status, error: { ...error, headers } }));
  }
}
