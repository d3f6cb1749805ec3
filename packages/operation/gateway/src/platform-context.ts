/** Key that marks the context of a request that `serve` received from this machine. */
export const FROM_LOOPBACK: unique symbol = Symbol('from loopback');

/** Key of the context's function that closes the connection of a request. */
export const CUT: unique symbol = Symbol('cut');

/** Context that a platform passes along with a request, such as `ctx` of a Worker. */
export interface PlatformContext {
  /** Prevents the platform from ending the process before the promise settles. */
  waitUntil?(promise: Promise<unknown>): void;
  /** Set by `serve` for requests from this machine. */
  readonly [FROM_LOOPBACK]?: true;
  /** Function that closes the connection. Set by `serve`. */
  readonly [CUT]?: () => void;
}
