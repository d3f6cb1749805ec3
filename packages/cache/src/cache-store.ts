/**
 * Where answers are kept: Keyv's own shape, so that a Keyv fits. Values are JSON; what comes out equals what went in, and
 * is a copy: whoever changes it changes nothing that is kept.
 */
export interface CacheStore {
  /** `undefined` for what is not there, or not any more. */
  get(key: string): Promise<unknown>;
  /**
   * Keeps a value in the place of what was there.
   *
   * @param ttlMs how long it is kept; without it, until it is deleted or there is no more room
   */
  set(key: string, value: unknown, ttlMs?: number): Promise<unknown>;
  /** What it resolves to is the store's own. */
  delete(key: string): Promise<unknown>;
}
