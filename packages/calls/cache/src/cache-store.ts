/**
 * Store of responses. The interface is compatible with Keyv, so a Keyv instance can be used as a store. Values are JSON. `get`
 * returns a copy, so changing the copy does not change the stored value.
 */
export interface CacheStore {
  /** Returns the value, or `undefined` if the key is unknown or the value has expired. */
  get(key: string): Promise<unknown>;
  /**
   * Stores a value. An earlier value of the key is replaced.
   *
   * @param ttlMs time to live in milliseconds; if omitted, the value is stored until it is deleted or the store is full
   */
  set(key: string, value: unknown, ttlMs?: number): Promise<unknown>;
  /** Deletes a value. `false` means that no value was deleted. Other results of the promise are ignored. */
  delete(key: string): Promise<unknown>;
}
