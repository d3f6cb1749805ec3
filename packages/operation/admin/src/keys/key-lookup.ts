import { LlmError, type Clock } from '@majordomo/core';
import { setNewest, withTimeout } from '@majordomo/core/toolkit';
import type { KeyRecord, KeyRecords } from './key-records.ts';

/** Settings of a lookup. Times are in milliseconds. */
export interface LookupOptions {
  readonly store: KeyRecords;
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

/** Lookup of keys by their id. Uses the cache only if the store reports changes, or while it does not respond. */
export class KeyLookup {
  private readonly options: LookupOptions;
  /** Cached keys by id. */
  private readonly entries = new Map<string, Entry>();
  private watching: Promise<(() => Promise<void>) | undefined> | undefined;
  private isWatching = false;
  /** Number of reported changes. A record whose read began before a change is cached as outdated. */
  private changes = 0;

  constructor(options: LookupOptions) {
    this.options = options;
  }

  /** Returns the key with this id, synchronously if the key is cached. */
  find(id: string): KeyRecord | Promise<KeyRecord | undefined> {
    this.watch();
    const { store, clock, cacheMs, timeoutMs } = this.options;
    const entry = this.entries.get(id);
    // Without a report of changes, a cached key may have been revoked.
    const isCurrent = entry?.isFresh === true && this.isWatching;
    if (isCurrent && clock.now() < entry.readAt + cacheMs) return entry.record;
    const { changes } = this;
    // The store returns the cached record again if it is the stored version.
    return withTimeout(store.get(id, entry?.record), timeoutMs, clock).then(
      (record) => this.remember(id, record, changes),
      (cause: unknown) => this.knownKey(id, cause),
    );
  }

  /** Removes a changed key from the cache. Without an id, marks all cached keys as outdated. */
  readonly onChange = (id: string | undefined): void => {
    this.changes++;
    if (id !== undefined) this.entries.delete(id);
    else for (const entry of this.entries.values()) entry.isFresh = false;
  };

  async close(): Promise<void> {
    const stop = await this.watching;
    this.isWatching = false;
    await stop?.();
  }

  /** Starts to watch the store, unless it is watched. After a failure, the next lookup tries again. */
  private watch(): void {
    const { store } = this.options;
    if (this.watching !== undefined) return;
    this.watching = store.watch(this.onChange).then(
      (stop) => {
        this.isWatching = stop !== undefined;
        // Earlier changes were not reported.
        this.onChange(undefined);
        return stop;
      },
      () => {
        this.watching = undefined;
        return undefined;
      },
    );
  }

  private remember(id: string, record: KeyRecord | undefined, changes: number): KeyRecord | undefined {
    this.entries.delete(id);
    if (record === undefined) return undefined;
    const isFresh = changes === this.changes;
    setNewest(this.entries, id, { record, readAt: this.options.clock.now(), isFresh }, MAX_ENTRIES);
    return record;
  }

  /**
   * Returns a cached key that was read within `staleMs`, because the store does not respond. Throws `server` if none exists, and the
   * error of a record that this version cannot read.
   */
  private knownKey(id: string, cause: unknown): KeyRecord {
    if (LlmError.is(cause, 'config')) throw cause;
    const entry = this.entries.get(id);
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
