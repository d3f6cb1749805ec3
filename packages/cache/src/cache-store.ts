/**
 * Store of responses, with the interface of Keyv, so that a Keyv is one. Values are JSON. A returned value is
 * an equal copy: changing it does not change the stored value.
 */
export interface CacheStore {
  /** Returns the value; `undefined` if it is unknown or has expired. */
  get(key: string): Promise<unknown>;
  /**
   * Stores a value in place of the previous one.
   *
   * @param ttlMs time to live in milliseconds; without it, the value stays until it is deleted or the store
   * is full
   */
  set(key: string, value: unknown, ttlMs?: number): Promise<unknown>;
  /** Deletes a value. The result is not used. */
  delete(key: string): Promise<unknown>;
}
