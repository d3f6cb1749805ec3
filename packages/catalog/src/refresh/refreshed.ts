import { LlmError, systemClock } from '@majordomo/core';
import { checkOptions, notify, type KindsOf } from '@majordomo/core/toolkit';
import { catalog as shipped } from '../catalog.ts';
import type { Catalog, CatalogMatch, CatalogModel, Override } from '../contract.ts';
import { diffCatalogs } from './changes.ts';
import type {
  CatalogEvent,
  CatalogSource,
  ModelCounts,
  RefreshedCatalog,
  RefreshOptions,
  StoredCatalog,
} from './contract.ts';
import { readData } from './detect.ts';
import { catalogDocument, checkDocument } from './document.ts';
import { checkCounts, countModels, overlay, overlayStored } from './overlay.ts';
import { failureOf, load, sourceOf } from './source.ts';

const DAY_MS = 86_400_000;
/** Maximum time by which the date of data may be after the current time, in milliseconds. */
const MAX_SKEW_MS = 2 * DAY_MS;
/** Share of `everyMs` that is added at random, so that processes do not check at the same time. */
const JITTER = 0.1;

const KINDS: KindsOf<RefreshOptions> = {
  from: true,
  store: 'object with read',
  everyMs: 0,
  maxChange: 1,
  accept: 'array',
  vendors: 'array',
  base: 'object with find',
  timeoutMs: 0,
  maxBytes: 0,
  fetch: 'function',
  onEvent: 'function',
  clock: 'object with now',
};

/**
 * Returns a catalog that is updated from a source. Resolves when the store has been read. If the store is empty, resolves after
 * the first check or after `timeoutMs`. Rejects only for invalid options, with `config`.
 *
 * @example
 * const catalog = await refreshed({ from: 'https://example.com/catalog.json', store: fileStore('.cache/catalog.json') });
 * const ledger = createLedger({ catalog });
 */
export async function refreshed(options: RefreshOptions): Promise<RefreshedCatalog> {
  checkOptions('refreshed', options, KINDS, ['from']);
  checkSource(options.from);
  const refresher = new Refresher(options);
  await refresher.start();
  return refresher.result();
}

function checkSource(from: CatalogSource): void {
  if (typeof from === 'string' || from instanceof URL) return;
  if (typeof from.name !== 'string' || typeof from.load !== 'function')
    throw new LlmError('config', 'refreshed: from must be a URL or an object with name and load', {
      path: 'from',
    });
}

/** Updates a catalog from one source. All fields belong to the current version of the data. */
class Refresher {
  readonly #options;
  readonly #source;
  readonly #base: Catalog;
  #current: Catalog;
  /** Stored value from which the current data was read. */
  #stored: StoredCatalog | undefined;
  #etag: string | undefined;
  #counts: ModelCounts = {};
  #checkedAt = -Infinity;
  #running: Promise<CatalogEvent> | undefined;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(options: RefreshOptions) {
    const { base = shipped, everyMs = DAY_MS, maxChange = 5, accept = [], vendors = base.vendors } = options;
    const {
      timeoutMs = 10_000,
      maxBytes = 67_108_864,
      fetch = globalThis.fetch,
      clock = systemClock,
    } = options;
    const { store, onEvent } = options;
    this.#options = {
      store,
      onEvent,
      everyMs,
      maxChange,
      accept,
      vendors,
      timeoutMs,
      maxBytes,
      fetch,
      clock,
    };
    this.#source = sourceOf(options.from, this.#options);
    this.#base = base;
    this.#current = base;
  }

  async start(): Promise<void> {
    await this.#adoptStored();
    const { everyMs, clock } = this.#options;
    if (everyMs === 0) return;
    const remaining = this.#checkedAt + everyMs - clock.now();
    if (this.#stored !== undefined && remaining > 0 && remaining <= everyMs) this.#schedule(remaining);
    else {
      const check = this.#checkAndSchedule();
      if (this.#stored === undefined) await check;
    }
  }

  /** Returns the catalog for the application. Catalogs that its `with` returns are updated too. */
  result(): RefreshedCatalog {
    return Object.assign(
      following(() => this.#current),
      {
        refresh: () => this.refresh(),
        close: () => {
          this.#isClosed = true;
          this.#cancelTimer?.();
        },
      },
    );
  }

  refresh(): Promise<CatalogEvent> {
    this.#running ??= this.#check().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #checkAndSchedule(): Promise<void> {
    await this.refresh();
    this.#schedule(this.#options.everyMs);
  }

  #schedule(ms: number): void {
    if (this.#isClosed) return;
    const delay = ms + this.#options.everyMs * JITTER * Math.random();
    this.#cancelTimer = this.#options.clock.timer(delay, () => void this.#checkAndSchedule(), true);
  }

  async #check(): Promise<CatalogEvent> {
    let event: CatalogEvent;
    try {
      event = (await this.#adoptStored()) ?? (await this.#loadNewer());
    } catch (error) {
      event = { type: 'failed', error: failureOf(this.#source.name, error) };
    }
    notify(this.#options.onEvent, event);
    return event;
  }

  /** Uses the data of the store if it is newer than the current data, for example because another process stored it. */
  async #adoptStored(): Promise<CatalogEvent | undefined> {
    try {
      const stored = await this.#options.store?.read();
      if (stored === undefined) return undefined;
      const document = checkDocument(stored.document);
      if (this.#stored === undefined) this.#rememberCheck(stored);
      if (document.date <= this.#current.date) {
        if (document.date === this.#current.date || this.#stored === undefined) this.#stored = stored;
        return undefined;
      }
      const before = this.#current;
      const data = { ...document, isComplete: true };
      const catalog = await overlayStored(this.#base, data);
      this.#current = catalog;
      this.#stored = stored;
      this.#rememberCheck(stored);
      return { type: 'refreshed', date: document.date, changes: await diffCatalogs(before, catalog) };
    } catch (error) {
      this.#fail('the store cannot be read', error);
      return undefined;
    }
  }

  /** Restores the state of the last check of this source, which another process may have made. */
  #rememberCheck({ source = this.#source.name, etag, counts, checkedAt }: StoredCatalog): void {
    this.#checkedAt = Date.parse(checkedAt);
    if (source !== this.#source.name) return;
    this.#etag = etag;
    this.#counts = counts ?? {};
  }

  async #loadNewer(): Promise<CatalogEvent> {
    const { accept, clock, maxChange, vendors } = this.#options;
    const loaded = await load(this.#source, this.#etag, this.#options);
    if (loaded === undefined) return this.#unchanged();
    const date = loaded.date ?? new Date(clock.now()).toISOString().slice(0, 10);
    const data = readData(loaded.data, { name: this.#source.name, date, vendors });
    if (data === undefined) throw new LlmError('protocol', 'the data has an unknown format');
    // Data with a date in the future would prevent updates until that day.
    if (Date.parse(data.date) > clock.now() + MAX_SKEW_MS)
      throw new LlmError('protocol', `the date of the data, ${data.date}, is in the future`);
    const counts = countModels(data);
    checkCounts(counts, this.#counts);
    this.#counts = counts;
    if (data.date < this.#current.date) return this.#unchanged(loaded.etag);
    const acceptedOnly = data.date === this.#current.date;
    const { catalog, changes } = await overlay(this.#current, data, { maxChange, accept, acceptedOnly });
    if (acceptedOnly && changes.length === 0) return this.#unchanged(loaded.etag);
    this.#current = catalog;
    // Do not store the version: a later start may accept a refused change, and must then receive the same data again.
    const isRefused = changes.some(({ refused }) => refused !== undefined);
    this.#etag = isRefused ? undefined : loaded.etag;
    await this.#write(await catalogDocument(catalog));
    return { type: 'refreshed', date: data.date, changes };
  }

  async #unchanged(etag = this.#etag): Promise<CatalogEvent> {
    this.#etag = etag;
    await this.#write(this.#stored?.document ?? (await catalogDocument(this.#current)));
    return { type: 'unchanged' };
  }

  async #write(document: StoredCatalog['document']): Promise<void> {
    const { clock, store } = this.#options;
    this.#checkedAt = clock.now();
    if (store === undefined) return;
    const checkedAt = new Date(this.#checkedAt).toISOString();
    this.#stored = { document, checkedAt, etag: this.#etag, source: this.#source.name, counts: this.#counts };
    try {
      await store.write(this.#stored);
    } catch (error) {
      this.#fail('the store cannot be written', error);
    }
  }

  #fail(problem: string, cause: unknown): void {
    const error = failureOf(`${this.#source.name}: ${problem}`, cause);
    notify(this.#options.onEvent, { type: 'failed', error });
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
      let own = base.with(overrides);
      return following(() => {
        if (base !== current()) {
          base = current();
          own = base.with(overrides);
        }
        return own;
      });
    },
  };
}
