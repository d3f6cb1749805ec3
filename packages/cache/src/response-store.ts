import { messageOf, systemClock, toJson, type ChatResponse, type Clock } from '@majordomo/core';
import { abortable, notify } from '@majordomo/core/toolkit';
import { parseStoredResponse, type StorableResponse, type StoredResponse } from './stored-response.ts';
import type { CacheEvent, CacheOptions } from './options.ts';

const TIMEOUT_MS = 50;

/** The store, as far as it can be trusted: what it does late, wrong or not at all is a miss. */
export class ResponseStore {
  private readonly options: CacheOptions;
  private readonly clock: Clock;

  constructor(options: CacheOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
  }

  /**
   * The answer, with a warning that says since when it is kept; `undefined` where there is none, or nobody waits any more.
   */
  async get(key: string, signal: AbortSignal): Promise<ChatResponse | undefined> {
    const { store } = this.options;
    const value = await this.withTimeout(key, () => store.get(key), signal);
    if (value === undefined || value === null) return undefined;
    const kept = parseStoredResponse(value, key);
    if (kept === undefined) {
      this.emit('store-failed', key, 'what it gave back is no answer that was kept under this key');
      return undefined;
    }
    return fromStore(kept);
  }

  async put(key: string, response: ChatResponse): Promise<void> {
    const { store, ttlMs } = this.options;
    const kept: StoredResponse = { at: this.clock.now(), key, response: toStorable(response) };
    const done = await this.withTimeout(key, async () => {
      await store.set(key, toJson(kept), ttlMs);
      return true;
    });
    if (done === true) this.emit('stored', key);
  }

  emit(type: CacheEvent['type'], key: string, why?: string): void {
    notify(this.options.onEvent, { type, key, why });
  }

  /** `undefined` where the store fails or is late; its work continues unheard. */
  private async withTimeout<T>(
    key: string,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const { timeoutMs = TIMEOUT_MS } = this.options;
    const late = new AbortController();
    try {
      const done = Promise.race([
        // A store may throw before it gives a promise.
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
  asCached(response, `kept since ${new Date(at).toISOString()}`);

/** An answer for which nobody was asked and nothing was paid. */
const asCached = (response: StorableResponse, why: string): ChatResponse => ({
  ...response,
  usage: undefined,
  warnings: [...response.warnings, { action: 'cached', what: 'answer', why }],
  attempts: [],
});

/** Another's answer, as a copy: whoever changes it changes nothing that others have. */
export const asShared = (response: ChatResponse): ChatResponse =>
  asCached(structuredClone(toStorable(response)), 'an equal call was under way');

function toStorable(response: ChatResponse & { readonly value?: unknown }): StorableResponse {
  const { attempts: _paid, usage: _used, value: _read, ...rest } = response;
  return rest;
}
