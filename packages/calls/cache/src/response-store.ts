import { messageOf, systemClock, type ChatResponse, type Clock } from '@majordomo/core';
import { abortable, notify, withTimeout } from '@majordomo/core/toolkit';
import type { CacheEvent, CacheOptions } from './options.ts';
import { readResponse, writeResponse, type StorableResponse } from './stored-response.ts';

/** Returns the space of a key, which ends with a hash. 256 spaces distribute the answers over a Redis cluster and over Durable Objects. */
const spaceOf = (key: string): string => `answers/${key.slice(-2)}`;
const TIMEOUT_MS = 50;
const KEEP_MS = 30 * 86_400_000;

/** Store of responses. If the application's store fails, is late or returns an invalid value, the lookup is a miss. */
export class ResponseStore {
  private readonly options: CacheOptions;
  private readonly clock: Clock;

  constructor(options: CacheOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
  }

  /**
   * Returns the stored response with a warning that states when it was stored, or `undefined` if none is stored or the signal has
   * aborted.
   */
  async get(key: string, signal: AbortSignal): Promise<ChatResponse | undefined> {
    const { records } = this.options;
    const read = async (): Promise<ChatResponse | undefined> => {
      const record = await records.get(spaceOf(key), key);
      if (record === undefined) return undefined;
      return asCached(readResponse(record), `stored since ${new Date(record.at).toISOString()}`);
    };
    return this.withTimeout(key, read, signal);
  }

  async put(key: string, response: ChatResponse): Promise<void> {
    const { records, keepMs = KEEP_MS } = this.options;
    const versions = await this.withTimeout(key, async () =>
      records.write(spaceOf(key), [{ type: 'put', key, value: writeResponse(toStorable(response)), keepMs }]),
    );
    if (versions !== undefined) this.emit('stored', key);
  }

  emit(type: CacheEvent['type'], key: string, why?: string): void {
    notify(this.options.onEvent, { type, key, why });
  }

  /** Returns the result of the store, or `undefined` if the store fails or is late. A late result is ignored. */
  private async withTimeout<T>(
    key: string,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const { timeoutMs = TIMEOUT_MS } = this.options;
    try {
      // A store may throw synchronously.
      const done = withTimeout(Promise.resolve().then(work), timeoutMs, this.clock);
      return await (signal === undefined ? done : abortable(done, signal));
    } catch (error) {
      if (signal?.aborted !== true) this.emit('store-failed', key, messageOf(error));
      return undefined;
    }
  }
}

/** Returns the response without attempts and usage, because the call that receives it sent no request. */
const asCached = (response: StorableResponse, why: string): ChatResponse => ({
  ...response,
  usage: undefined,
  warnings: [...response.warnings, { action: 'cached', what: 'answer', why }],
  attempts: [],
});

/** Returns a copy of another call's response, so that changes of the copy do not affect the other call. */
export const asShared = (response: ChatResponse): ChatResponse =>
  asCached(structuredClone(toStorable(response)), 'an equal call was in progress');

function toStorable(response: ChatResponse & { readonly value?: unknown }): StorableResponse {
  const { attempts: _paid, usage: _used, value: _read, ...rest } = response;
  return rest;
}
