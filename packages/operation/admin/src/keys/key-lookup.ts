import { LlmError, type Clock } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';
import type { KeyRecord, KeyStore } from './key-store.ts';

/** Settings of a lookup. Times are in milliseconds. */
export interface LookupOptions {
  readonly store: KeyStore;
  readonly clock: Clock;
  readonly cacheMs: number;
  readonly staleMs: number;
  readonly timeoutMs: number;
}

interface Entry {
  readonly record: KeyRecord;
  readonly readAt: number;
  isFresh: boolean;
}

/** Maximum number of cached keys. Above this number, the key that was read from the store least recently is removed. */
const MAX_ENTRIES = 50_000;
const RETRY_AFTER_MS = 5000;

/** Lookup of keys by the hash of their secret. Uses the cache only if the store reports changes, or while it does not respond. */
export class KeyLookup {
  private readonly options: LookupOptions;
  /** Cached keys by id. */
  private readonly entries = new Map<string, Entry>();
  /** Ids of the cached keys by the hashes of their secrets. */
  private readonly ids = new Map<string, string>();
  private watching: Promise<(() => Promise<void>) | undefined> | undefined;
  private isWatching = false;
  /** Number of reported changes. A record whose read began before a change is cached as outdated. */
  private changes = 0;

  constructor(options: LookupOptions) {
    this.options = options;
  }

  /** Returns the key with this hash, synchronously if the key is cached or the store is synchronous. */
  find(sha256: string): KeyRecord | undefined | Promise<KeyRecord | undefined> {
    this.watch();
    const { store, clock, cacheMs, timeoutMs } = this.options;
    const entry = this.cached(sha256);
    // Without a report of changes, a cached key may have been revoked.
    const isCurrent = entry?.isFresh === true && this.isWatching;
    if (isCurrent && clock.now() < entry.readAt + cacheMs) return entry.record;
    const { changes } = this;
    let found: ReturnType<KeyStore['find']>;
    try {
      found = store.find(sha256);
    } catch (cause) {
      return this.knownKey(sha256, cause);
    }
    if (!(found instanceof Promise)) return this.remember(sha256, found, changes);
    return withTimeout(found, timeoutMs, clock).then(
      (record) => this.remember(sha256, record, changes),
      (cause: unknown) => this.knownKey(sha256, cause),
    );
  }

  /** Removes a changed key from the cache. Without an id, marks all cached keys as outdated. */
  readonly onChange = (id: string | undefined): void => {
    this.changes++;
    if (id !== undefined) this.forget(id);
    else for (const entry of this.entries.values()) entry.isFresh = false;
  };

  async close(): Promise<void> {
    const stop = await this.watching;
    this.isWatching = false;
    await stop?.();
  }

  /** Starts to watch the store, unless it is watched or has no `watch`. After a failure, the next lookup tries again. */
  private watch(): void {
    const { store } = this.options;
    if (this.watching !== undefined || store.watch === undefined) return;
    this.watching = store.watch(this.onChange).then(
      (stop) => {
        this.isWatching = true;
        return stop;
      },
      () => {
        this.watching = undefined;
        return undefined;
      },
    );
  }

  private remember(sha256: string, record: KeyRecord | undefined, changes: number): KeyRecord | undefined {
    const id = record?.id ?? this.ids.get(sha256);
    if (id !== undefined) this.forget(id);
    if (record === undefined) return undefined;
    this.entries.set(record.id, {
      record,
      readAt: this.options.clock.now(),
      isFresh: changes === this.changes,
    });
    for (const hash of record.hashes) this.ids.set(hash.sha256, record.id);
    const [oldest] = this.entries.keys();
    if (this.entries.size > MAX_ENTRIES && oldest !== undefined) this.forget(oldest);
    return record;
  }

  private cached(sha256: string): Entry | undefined {
    const id = this.ids.get(sha256);
    return id === undefined ? undefined : this.entries.get(id);
  }

  private forget(id: string): void {
    for (const { sha256 } of this.entries.get(id)?.record.hashes ?? []) this.ids.delete(sha256);
    this.entries.delete(id);
  }

  /** Returns a cached key that was read within `staleMs`, because the store does not respond. Throws `server` if none exists. */
  private knownKey(sha256: string, cause: unknown): KeyRecord {
    const entry = this.cached(sha256);
    if (entry !== undefined && this.options.clock.now() < entry.readAt + this.options.staleMs)
      return entry.record;
    const message =
      'the key store does not respond, and this process has no recent copy of the key; retry later';
    throw new LlmError(
      'server',
      message,
      { code: 'key-store-down', retryAfterMs: RETRY_AFTER_MS },
      { cause },
    );
  }
}
