import type { SocketPlace } from './socket-limit.ts';

/** Key that marks the context of a request that `serve` received from this machine. */
export const FROM_LOOPBACK: unique symbol = Symbol('from loopback');

/** Key of the context's function that closes the connection of a client which does not read its event stream. */
export const CUT: unique symbol = Symbol('cut');

/** Key of the context's function that receives the place of a WebSocket whose upgrade the request checks. */
export const OPEN_SOCKET: unique symbol = Symbol('open socket');

/** Key that marks a request which is checked completely, but not sent to a model. */
export const CHECK_ONLY: unique symbol = Symbol('check only');

/** Context that a platform passes along with a request, such as `ctx` of a Worker. */
export interface PlatformContext {
  /** Prevents the platform from ending the process before the promise settles. */
  waitUntil?(promise: Promise<unknown>): void;
  /** Set by `serve` for requests from this machine. */
  readonly [FROM_LOOPBACK]?: true;
  /** Function that closes the connection. Set by `serve`. */
  readonly [CUT]?: () => void;
  /** Set by `serve` for the check of an upgrade. */
  readonly [OPEN_SOCKET]?: (place: SocketPlace) => void;
  /** Set by `serve` for a warm-up over a WebSocket. */
  readonly [CHECK_ONLY]?: true;
}
