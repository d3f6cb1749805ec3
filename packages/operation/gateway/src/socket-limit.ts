import type { LoadLimit } from './load-limit.ts';
import { Refusal } from './errors/refusal.ts';
import type { Caller, Settings } from './options.ts';

/** Bytes that all sockets of a caller hold for one purpose. */
interface Pool {
  bytes: number;
}

/** Bytes of a pool that one socket holds. */
export class Share {
  private readonly pool: Pool;
  private readonly max: number;
  private own = 0;
  private isReleased = false;

  constructor(pool: Pool, max: number) {
    this.pool = pool;
    this.max = max;
  }

  /** Changes the bytes that the socket holds. If the pool would exceed its maximum, returns false and changes nothing. */
  set(bytes: number): boolean {
    const total = this.pool.bytes - this.own + bytes;
    if (this.isReleased || total > this.max) return false;
    this.pool.bytes = total;
    this.own = bytes;
    return true;
  }

  /** Releases the bytes permanently, because the socket is closed. */
  release(): void {
    this.set(0);
    this.isReleased = true;
  }
}

/** Place of an open socket, with the limits of its caller. */
export interface SocketPlace {
  /** Bytes of the conversations that the socket keeps. */
  readonly kept: Share;
  /** Bytes of the messages that are incomplete or wait. */
  readonly inbound: Share;
  /** Maximum size of a message, and of each share of all sockets of the caller together, in bytes. */
  readonly maxBytes: number;
  readonly maxElements: number;
  /** Aborts with a `Refusal` when the caller is no longer accepted. */
  readonly refused: AbortSignal;
  /** Ends the socket. May be called more than once. */
  readonly leave: () => void;
}

/** Sockets of one caller. */
interface Held {
  sockets: number;
  readonly kept: Pool;
  readonly inbound: Pool;
}

/** Counter of the open sockets of each caller. */
export class SocketLimit {
  private readonly callers = new Map<string, Held>();
  private readonly concurrency: LoadLimit;

  constructor(concurrency: LoadLimit) {
    this.concurrency = concurrency;
  }

  /**
   * Opens a socket, which counts as a call. Throws a `busy` refusal if the caller or the gateway has its maximum number. `watch` calls its
   * argument when the caller is no longer accepted, until the returned function is called.
   */
  enter(
    { tenant, key }: Caller,
    { maxSockets, maxBodyBytes, maxElements }: Settings,
    watch: (onRefused: (refusal: Refusal) => void) => () => void,
  ): SocketPlace {
    const owner = JSON.stringify([tenant, key]);
    const held = this.callers.get(owner) ?? { sockets: 0, kept: { bytes: 0 }, inbound: { bytes: 0 } };
    if (held.sockets >= maxSockets)
      throw new Refusal('busy', `a caller may have at most ${maxSockets} open sockets; close one`);
    const { leave } = this.concurrency.enter();
    held.sockets++;
    this.callers.set(owner, held);
    const kept = new Share(held.kept, maxBodyBytes);
    const inbound = new Share(held.inbound, maxBodyBytes);
    const refused = new AbortController();
    const stopWatching = watch((refusal) => {
      refused.abort(refusal);
    });
    let hasLeft = false;
    return {
      kept,
      inbound,
      maxBytes: maxBodyBytes,
      maxElements,
      refused: refused.signal,
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        stopWatching();
        kept.release();
        inbound.release();
        if (--held.sockets === 0) this.callers.delete(owner);
        leave();
      },
    };
  }
}
