/** Marks requests that `serve` took from this machine itself. */
export const FROM_LOOPBACK: unique symbol = Symbol('from loopback');

/** What a platform gives beside a request, such as a Worker's context. */
export interface PlatformContext {
  /** Keeps the platform alive until the promise has settled. */
  waitUntil?(promise: Promise<unknown>): void;
  /** Set by `serve` alone. */
  readonly [FROM_LOOPBACK]?: true;
}
