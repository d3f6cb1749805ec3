/** Marks requests that `serve` received from this machine. */
export const FROM_LOOPBACK: unique symbol = Symbol('from loopback');

/** Closes the connection of a response that must not end. */
export const CUT: unique symbol = Symbol('cut');

/** Context that a platform passes with a request, such as a Worker's. */
export interface PlatformContext {
  /** Keeps the platform alive until the promise has settled. */
  waitUntil?(promise: Promise<unknown>): void;
  /** Set by `serve` only. */
  readonly [FROM_LOOPBACK]?: true;
  /** Set by `serve` only. */
  readonly [CUT]?: () => void;
}
