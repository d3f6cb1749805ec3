/** Key that marks requests that `serve` received from this machine. */
export const FROM_LOOPBACK: unique symbol = Symbol('from loopback');

/** Key of the function that closes the connection of a request. */
export const CUT: unique symbol = Symbol('cut');

/** Context that a platform passes along with a request, such as `ctx` of a Worker. */
export interface PlatformContext {
  /** Keeps the process of the platform running until the promise settles. */
  waitUntil?(promise: Promise<unknown>): void;
  /** Set by `serve` for requests from this machine. */
  readonly [FROM_LOOPBACK]?: true;
  /** Function that closes the connection. Set by `serve`. */
  readonly [CUT]?: () => void;
}
