import { asRecord } from '@majordomo/core/toolkit';
import { Connection, networkError } from './connection.ts';
import { newItems, type HashedRequest } from './increment.ts';
import type { OpenSocket, SocketEvent } from './options.ts';
import type { SocketRequest } from './request.ts';

/** Settings that all pools share. */
export interface PoolSettings {
  readonly maxSockets: number;
  readonly idleMs: number;
  readonly maxAgeMs: number;
  readonly retryAfterMs: number;
  readonly open: OpenSocket;
  readonly emit: (event: SocketEvent) => void;
}

/** Connection for a request, with the new items if the server holds the rest; or the reason to use HTTP; or the server's refusal. */
export type Taken =
  | {
      readonly connection: Connection;
      readonly items: readonly unknown[] | undefined;
      readonly isReused: boolean;
    }
  | { readonly http: string }
  | { readonly refusal: Response };

/** Statuses of a refused upgrade that are the response to the request. A request over HTTP would be refused in the same way. */
const FINAL = new Set([401, 403, 429]);

/** Sockets of one URL and one set of headers. */
export class Pool {
  private readonly url: string;
  private readonly settings: PoolSettings;
  private readonly connections = new Set<Connection>();
  private opening = 0;
  /** Time until which no request opens a socket, because an upgrade failed; 0 if none failed. */
  private blockedUntil = 0;
  private sweep: ReturnType<typeof setTimeout> | undefined;
  private isClosed = false;

  constructor(url: string, settings: PoolSettings) {
    this.url = url;
    this.settings = settings;
  }

  /**
   * Returns a reserved connection: one that holds the start of the request, a new one, or the least recently used one. `mustBeNew`: whether
   * only a new one is suitable.
   */
  async take(
    request: SocketRequest,
    hashed: HashedRequest,
    { mustBeNew }: { readonly mustBeNew: boolean },
  ): Promise<Taken> {
    const idle = mustBeNew ? [] : this.idle();
    for (const connection of idle) {
      const items = connection.state && newItems(connection.state, hashed, request.body);
      if (items !== undefined) return reserved(connection, items);
    }
    const isBlocked = Date.now() < this.blockedUntil;
    if (!isBlocked && this.used + this.opening < this.settings.maxSockets) return this.open(request);
    const [oldest] = idle.sort((one, other) => one.usedAt - other.usedAt);
    if (oldest !== undefined) return reserved(oldest, undefined);
    return { http: isBlocked ? 'an upgrade failed' : `all ${this.settings.maxSockets} sockets are in use` };
  }

  /** Number of connections that have not ended. The server may confirm the end of another one later. */
  private get used(): number {
    return [...this.connections].filter(({ isOpen }) => isOpen).length;
  }

  /** Whether the pool has no sockets, and knows nothing about the server. */
  get isUnused(): boolean {
    return this.connections.size === 0 && this.opening === 0 && Date.now() >= this.blockedUntil;
  }

  /** Returns a connection to the pool after the last event of a response with this id. */
  release(connection: Connection, responseId: unknown): void {
    connection.release(Date.now(), responseId);
    this.closeExpired();
  }

  /** Closes all sockets, and those that are being opened. Requests in progress fail with a network error. */
  close(): void {
    this.isClosed = true;
    clearTimeout(this.sweep);
    for (const connection of this.connections) connection.close('close() was called');
  }

  private idle(): Connection[] {
    const now = Date.now();
    return [...this.connections].filter(
      (each) => !each.isBusy && each.isOpen && now - each.openedAt < this.settings.maxAgeMs,
    );
  }

  private async open({ headers, signal }: SocketRequest): Promise<Taken> {
    const { open, retryAfterMs, emit } = this.settings;
    const blockedBefore = this.blockedUntil;
    // After a failed upgrade, only one request tries a socket again.
    if (blockedBefore > 0) this.blockedUntil = Date.now() + retryAfterMs;
    this.opening++;
    try {
      const socket = await open(this.url, headers, signal ?? new AbortController().signal);
      if (this.isClosed) {
        socket.close(1000);
        throw networkError('close() was called');
      }
      const connection = new Connection(socket, Date.now(), () => {
        this.connections.delete(connection);
        emit({ type: 'close', url: this.url, sockets: this.connections.size });
      });
      this.blockedUntil = 0;
      this.connections.add(connection);
      emit({ type: 'open', url: this.url, sockets: this.connections.size });
      connection.begin();
      return { connection, items: undefined, isReused: false };
    } catch (error) {
      if (signal?.aborted === true || this.isClosed) {
        this.blockedUntil = blockedBefore;
        throw error;
      }
      const { response } = asRecord(error);
      if (response instanceof Response && FINAL.has(response.status)) {
        this.blockedUntil = 0;
        return { refusal: response };
      }
      this.blockedUntil = Date.now() + retryAfterMs;
      const status = response instanceof Response ? ` with status ${response.status}` : '';
      return { http: `the upgrade failed${status}` };
    } finally {
      this.opening--;
    }
  }

  /** Closes connections that are too old or were not used for too long, and waits for the next one. */
  private closeExpired(): void {
    clearTimeout(this.sweep);
    const { idleMs, maxAgeMs } = this.settings;
    const now = Date.now();
    let next = Infinity;
    for (const connection of this.connections) {
      if (connection.isBusy) continue;
      const endsAt = Math.min(connection.usedAt + idleMs, connection.openedAt + maxAgeMs);
      if (endsAt <= now) connection.close('it was not used');
      else next = Math.min(next, endsAt - now);
    }
    if (next === Infinity) return;
    this.sweep = setTimeout(() => {
      this.closeExpired();
    }, next);
    // Idle sockets do not keep the process alive. Only timers of Node have `unref`.
    (this.sweep as { unref?: () => void }).unref?.();
  }
}

function reserved(connection: Connection, items: readonly unknown[] | undefined): Taken {
  connection.begin();
  return { connection, items, isReused: true };
}
