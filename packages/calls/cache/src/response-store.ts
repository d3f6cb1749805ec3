import { messageOf, systemClock, toJson, type ChatResponse, type Clock } from '@majordomo/core';
import { abortable, notify } from '@majordomo/core/toolkit';
import { parseStoredResponse, type StorableResponse, type StoredResponse } from './stored-response.ts';
import type { CacheEvent, CacheOptions } from './options.ts';

const TIMEOUT_MS = 50;

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
    const { store } = this.options;
    const value = await this.withTimeout(key, () => store.get(key), signal);
    if (value === undefined || value === null) return undefined;
    const stored = parseStoredResponse(value, key);
    if (stored === undefined) {
      this.emit('store-failed', key, 'store.get returned a value that is not a response for this key');
      return undefined;
    }
    return fromStore(stored);
  }

  async put(key: string, response: ChatResponse): Promise<void> {
    const { store, ttlMs } = this.options;
    const stored: StoredResponse = { at: this.clock.now(), key, response: toStorable(response) };
    const done = await this.withTimeout(key, async () => {
      await store.set(key, toJson(stored), ttlMs);
      return true;
    });
    if (done === true) this.emit('stored', key);
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
    const late = new AbortController();
    try {
      const done = Promise.race([
        // A store may throw synchronously.
        Promise.resolve().then(work),
        this.clock.sleep(timeoutMs, late.signal).then((): never => {
          throw new Error(`no answer within ${timeoutMs} ms`);
        }),
      ]);
      return await (signal === undefined ? done : abortable(done, signal));
    } catch (error) {
      if (signal?.aborted !== true) this.emit('store-failed', key, messageOf(error));
      return undefined;
    } finally {
      late.abort();
    }
  }
}

const fromStore = ({ at, response }: StoredResponse): ChatResponse =>
  asCached(response, `stored since ${new Date(at).toISOString()}`);

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
