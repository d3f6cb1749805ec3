import { LlmError, systemClock } from '@majordomo/core';
import { atLeast, checkOptions, notify, type KindsOf } from '@majordomo/core/toolkit';
import { layoutOf } from '@majordomo/records';
import { catalog as shipped } from '../catalog.ts';
import type { Catalog, CatalogMatch, CatalogModel, Override } from '../contract.ts';
import { diffCatalogs } from './changes.ts';
import type {
  CatalogEvent,
  LoadedData,
  ModelCounts,
  RefreshedCatalog,
  RefreshOptions,
  StoredCatalog,
} from './contract.ts';
import { readData, type SourceData } from './detect.ts';
import { catalogDocument, checkDocument } from './document.ts';
import { checkCounts, countModels, overlay } from './overlay.ts';
import { failureOf, sourceOf, timeLimited } from './source.ts';

const SPACE = 'catalogs';
const KEY = 'newest';
const LAYOUT = layoutOf<StoredCatalog>('the catalog', 1);
const DAY_MS = 86_400_000;
/** Maximum time by which the date of the source's data may be in the future, in milliseconds. */
const MAX_SKEW_MS = 2 * DAY_MS;
/** Share of `everyMs` that is added at random, so that processes do not check at the same time. */
const JITTER = 0.1;

const KINDS: KindsOf<RefreshOptions> = {
  from: true,
  records: 'object with write',
  everyMs: atLeast(0),
  maxChange: atLeast(1),
  accept: 'array',
  vendors: 'array',
  base: 'object with find',
  timeoutMs: atLeast(0),
  maxBytes: atLeast(0),
  fetch: 'function',
  onEvent: 'function',
  clock: 'object with now',
};

/**
 * Returns a catalog that is updated from a source. Resolves when the store has been read. Without a stored value, resolves after
 * the first check, unless `everyMs` is 0. Rejects only for invalid options, with `config`.
 *
 * @example
 * const catalog = await refreshed({ from: 'https://example.com/catalog.json', records: sqliteStores('state.db').records });
 * const ledger = createLedger({ catalog });
 */
export async function refreshed(options: RefreshOptions): Promise<RefreshedCatalog> {
  checkOptions('refreshed', options, KINDS, ['from']);
  const refresher = new Refresher(options);
  await refresher.start();
  return Object.assign(
    following(() => refresher.current),
    {
      refresh: () => refresher.refresh(),
      close: () => {
        refresher.close();
      },
    },
  );
}

/** Updater of a catalog from one source. */
class Refresher {
  /** Catalog with the newest data. */
  current: Catalog;
  private readonly options;
  private readonly source;
  private etag: string | undefined;
  private counts: ModelCounts = {};
  /** Time of the last successful check, in epoch milliseconds. */
  private checkedAt = -Infinity;
  private running: Promise<CatalogEvent> | undefined;
  private cancelTimer: (() => void) | undefined;
  private isClosed = false;

  constructor(options: RefreshOptions) {
    const { base = shipped, everyMs = DAY_MS, maxChange = 5, accept = [], vendors = base.vendors } = options;
    const { timeoutMs = 10_000, maxBytes = 67_108_864, fetch = globalThis.fetch } = options;
    const { records, onEvent, clock = systemClock } = options;
    this.options = { base, everyMs, maxChange, accept, vendors, timeoutMs, records, onEvent, clock };
    this.source = sourceOf(options.from, { maxBytes, fetch });
    this.current = base;
  }

  /** Reads the store, and checks the source if the last check was more than `everyMs` ago. */
  async start(): Promise<void> {
    const { everyMs, clock } = this.options;
    const stored = await this.readStore();
    if (stored !== undefined) await this.adopt(stored);
    if (everyMs === 0) return;
    const remaining = this.checkedAt + everyMs - clock.now();
    // More than `everyMs` remains only if the stored time is in the future, for example after a change of the clock.
    if (remaining > 0 && remaining <= everyMs) {
      this.schedule(remaining);
      return;
    }
    // Begin the check here, because `refresh` would read the store again. `checkAndSchedule` waits for this check.
    this.running = this.check(undefined);
    const scheduled = this.checkAndSchedule();
    if (stored === undefined) await scheduled;
  }

  /** Checks the source now, or returns the result of the check in progress. */
  refresh(): Promise<CatalogEvent> {
    this.running ??= this.readStore().then((stored) => this.check(stored));
    return this.running;
  }

  close(): void {
    this.isClosed = true;
    this.cancelTimer?.();
  }

  private async checkAndSchedule(): Promise<void> {
    await this.refresh();
    this.schedule(this.options.everyMs);
  }

  private schedule(ms: number): void {
    if (this.isClosed) return;
    const { clock, everyMs } = this.options;
    const delay = ms + everyMs * JITTER * Math.random();
    this.cancelTimer = clock.timer(delay, () => void this.checkAndSchedule(), { isBackground: true });
  }

  /** Uses stored data if it is newer than the current data, otherwise loads the data of the source. */
  private async check(stored: StoredCatalog | undefined): Promise<CatalogEvent> {
    let event: CatalogEvent;
    try {
      const adopted = stored && (await this.adopt(stored));
      event = adopted ?? (await this.load());
    } catch (error) {
      event = { type: 'failed', error: failureOf(this.source.name, error) };
    }
    this.running = undefined;
    notify(this.options.onEvent, event);
    return event;
  }

  /** Returns the stored value, which another process may have written; `undefined` if no valid value exists. */
  private async readStore(): Promise<StoredCatalog | undefined> {
    const { records } = this.options;
    try {
      const record = records && (await this.limited(() => records.get(SPACE, KEY)));
      if (record === undefined) return undefined;
      const stored = LAYOUT.read(KEY, record.value);
      this.checkDate(checkDocument(stored.document).date);
      return stored;
    } catch (error) {
      this.reportStore('read', error);
      return undefined;
    }
  }

  /** Replaces the current data with the stored data and returns an event, if the stored data is newer. */
  private async adopt(stored: StoredCatalog): Promise<CatalogEvent | undefined> {
    const { document, checkedAt, etag, counts = {}, source = this.source.name } = stored;
    const { base, vendors } = this.options;
    const hasAllVendors = vendors.every((vendor) => stored.vendors?.includes(vendor) ?? true);
    // After a check of another source, or of fewer vendors, this source must be checked now, and without an ETag.
    if (source === this.source.name && hasAllVendors) {
      this.checkedAt = Date.parse(checkedAt);
      this.etag = etag;
      this.counts = counts;
    }
    const { date } = document;
    if (date <= this.current.date) return undefined;
    const before = this.current;
    // Add only price periods after the date of `base`, because `base` contains the earlier ones.
    const data = { ...document, isComplete: true, knownUntil: base.date };
    this.current = (await overlay(base, data)).catalog;
    return { type: 'refreshed', date, changes: await diffCatalogs(before, this.current) };
  }

  /** Loads the data of the source, merges it into the current data and stores the result. */
  private async load(): Promise<CatalogEvent> {
    const { accept, maxChange } = this.options;
    const loaded = await this.limited((signal) => this.source.load({ signal, etag: this.etag }));
    if (loaded === undefined) return this.unchanged(this.etag);
    const data = this.read(loaded);
    if (data.date < this.current.date) return this.unchanged(loaded.etag);
    // Data of the same date has been merged before. Only changes that were refused, and that `accept` now contains, are new.
    const acceptedOnly = data.date === this.current.date;
    const { catalog, changes } = await overlay(this.current, data, { maxChange, accept, acceptedOnly });
    if (acceptedOnly && changes.length === 0) return this.unchanged(loaded.etag);
    this.current = catalog;
    // Omit the ETag after a refusal, so that the source sends the data again to a later start that accepts the change.
    const isRefused = changes.some(({ refused }) => refused !== undefined);
    await this.write(isRefused ? undefined : loaded.etag);
    return { type: 'refreshed', date: data.date, changes };
  }

  /** Returns the data of the source in majordomo's types. Throws `protocol` for invalid or incomplete data. */
  private read(loaded: LoadedData): SourceData {
    const { clock, vendors } = this.options;
    const date = loaded.date ?? new Date(clock.now()).toISOString().slice(0, 10);
    const data = readData(loaded.data, { name: this.source.name, date, vendors });
    if (data === undefined) throw new LlmError('protocol', 'the data has no known format; check the source');
    this.checkDate(data.date);
    const counts = countModels(data);
    checkCounts(counts, this.counts);
    this.counts = counts;
    return data;
  }

  /** Throws `protocol` for an invalid date, and for a future date, because it would prevent updates until that date. */
  private checkDate(date: string): void {
    if (Date.parse(date) <= this.options.clock.now() + MAX_SKEW_MS) return;
    throw new LlmError('protocol', `the date of the data, ${date}, is invalid or in the future`);
  }

  /** Stores the time of the check. */
  private async unchanged(etag: string | undefined): Promise<CatalogEvent> {
    await this.write(etag);
    return { type: 'unchanged' };
  }

  /** Stores the current data after a check of the source. */
  private async write(etag: string | undefined): Promise<void> {
    const { clock, records, vendors } = this.options;
    this.checkedAt = clock.now();
    this.etag = etag;
    if (records === undefined) return;
    const checkedAt = new Date(this.checkedAt).toISOString();
    const document = await catalogDocument(this.current);
    const value = LAYOUT.write({
      document,
      checkedAt,
      etag,
      source: this.source.name,
      vendors,
      counts: this.counts,
    });
    try {
      await this.limited(() => records.write(SPACE, [{ type: 'put', key: KEY, value }]));
    } catch (error) {
      this.reportStore('written', error);
    }
  }

  private limited<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return timeLimited(work, this.options.timeoutMs, this.options.clock);
  }

  private reportStore(action: 'read' | 'written', cause: unknown): void {
    const error = failureOf(`${this.source.name}: the store cannot be ${action}`, cause);
    notify(this.options.onEvent, { type: 'failed', error });
  }
}

/** Returns a catalog whose lookups use the catalog that is current when a lookup begins. */
function following(current: () => Catalog): Catalog {
  return {
    get date() {
      return current().date;
    },
    get sources() {
      return current().sources;
    },
    get vendors() {
      return current().vendors;
    },
    find: (vendor: string, id: string): Promise<CatalogMatch | undefined> => current().find(vendor, id),
    models: (vendor: string): Promise<readonly CatalogModel[]> => current().models(vendor),
    with(overrides: readonly Override[]): Catalog {
      let base = current();
      let overridden = base.with(overrides);
      return following(() => {
        if (base !== current()) {
          base = current();
          overridden = base.with(overrides);
        }
        return overridden;
      });
    },
  };
}
