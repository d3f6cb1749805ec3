import { asRecord, tryParseJson } from '@majordomo/core/toolkit';
import type { ServerState } from './increment.ts';
import type { SocketLike } from './options.ts';

interface ServerEvent {
  readonly type: 'event';
  readonly name: string;
  readonly text: string;
}

interface ConnectionEnd {
  readonly type: 'closed';
  readonly code: number;
  readonly why: string;
}

/** Event of the server, or the end of the connection. */
export type Incoming = ServerEvent | ConnectionEnd;

/** Value of `readyState` while messages can be sent. */
const OPEN = 1;

/** Number of unread characters at which the connection stops reading. */
const MAX_UNREAD = 2 ** 20;

const CREATED = 'response.created';

/** Code of the error with which a server announces the end of a connection's lifetime, possibly while the connection is idle. */
export const EXPIRED = 'websocket_connection_limit_reached';

/** Returns the error that `fetch` throws if a connection fails. */
export const networkError = (why: string): TypeError =>
  new TypeError('fetch failed', { cause: new Error(why) });

/** Socket that answers one request at a time. */
export class Connection {
  /** Conversation that the server holds for this connection; `undefined` before the first completed response. */
  state: ServerState | undefined;
  readonly openedAt: number;
  usedAt: number;
  private readonly socket: SocketLike;
  private readonly queue: ServerEvent[] = [];
  private unread = 0;
  private isPaused = false;
  private busy = false;
  private ended: ConnectionEnd | undefined;
  /** Id of the last finished response. A server may send its end twice. */
  private finishedId: unknown;
  /** Id of the response to the current request; `undefined` before its first event. */
  private responseId: unknown;
  private wake: (() => void) | undefined;

  constructor(socket: SocketLike, now: number, onClose: () => void) {
    this.socket = socket;
    this.openedAt = now;
    this.usedAt = now;
    socket.addEventListener('message', ({ data }) => {
      this.receive(data);
    });
    // Without a listener, an error of an idle socket would end the process. A close follows each error.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', ({ code, reason }) => {
      this.end(code, reason || `the server closed the socket (${code})`);
      onClose();
    });
  }

  get isBusy(): boolean {
    return this.busy;
  }

  get isOpen(): boolean {
    return this.socket.readyState === OPEN && this.ended === undefined;
  }

  /** Reserves the connection for a request. Until `release`, the socket keeps the process alive. */
  begin(): void {
    this.busy = true;
    this.queue.length = 0;
    this.unread = 0;
    this.responseId = undefined;
    this.socket.ref?.();
  }

  /** Releases the connection after the last event of a response with this id. */
  release(now: number, responseId: unknown): void {
    this.busy = false;
    this.finishedId = responseId;
    this.usedAt = now;
    this.setPaused(false);
    this.socket.unref?.();
  }

  send(text: string): void {
    this.socket.send(text);
  }

  /** Returns the next event. After the end of the connection, returns the end. */
  async next(): Promise<Incoming> {
    for (;;) {
      const event = this.queue.shift();
      if (event !== undefined) {
        this.unread -= event.text.length;
        if (this.unread < MAX_UNREAD / 2) this.setPaused(false);
        return event;
      }
      if (this.ended !== undefined) return this.ended;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Closes the connection. A waiting `next` returns the end. */
  close(why: string): void {
    this.end(1000, why);
    this.socket.close(1000);
  }

  private receive(data: unknown): void {
    const event = typeof data === 'string' ? tryParseJson(data) : undefined;
    if (typeof data !== 'string' || event === undefined) {
      this.close('the server sent a message that is not JSON');
      return;
    }
    const { type, error, code, response, stream_id: streamId } = asRecord(event);
    // Requests that run at the same time on one socket have a `stream_id`. This connection sends none, so it did not send the request.
    if (streamId !== undefined) return;
    const isExpired = type === 'error' && (asRecord(error)['code'] ?? code) === EXPIRED;
    // The server may announce the end of the lifetime at any time. An announcement in place of a response goes to the request, which
    // can then be sent on another socket.
    const isAwaited = this.busy && this.responseId === undefined;
    if (isExpired && !isAwaited) {
      this.close('the lifetime of the socket ended');
      return;
    }
    if (!this.busy) return;
    const { id } = asRecord(response);
    if (this.responseId === undefined) {
      if (this.isLate(type, id)) return;
      this.responseId = id;
    }
    if (id !== undefined && id !== this.responseId) {
      this.close('the server sent an event of another response');
      return;
    }
    // A line break would end the line of a server-sent event.
    const text = data.includes('\n') ? JSON.stringify(event) : data;
    this.queue.push({ type: 'event', name: String(type), text });
    this.unread += text.length;
    if (this.unread > MAX_UNREAD) this.setPaused(true);
    this.wake?.();
  }

  /** Whether the first event of a request belongs to the response before. The first event is an error or contains the response. */
  private isLate(type: unknown, id: unknown): boolean {
    if (this.finishedId === undefined || type === 'error' || type === CREATED) return false;
    return id === undefined || id === this.finishedId;
  }

  private setPaused(isPaused: boolean): void {
    if (this.isPaused === isPaused) return;
    this.isPaused = isPaused;
    if (isPaused) this.socket.pause?.();
    else this.socket.resume?.();
  }

  private end(code: number, why: string): void {
    this.ended ??= { type: 'closed', code, why };
    this.wake?.();
  }
}
