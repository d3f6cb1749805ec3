import type { Clock, LlmError } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import type { Catalog, CatalogModel } from '../contract.ts';

/**
 * Source of catalog data: an `https:` URL (`http:` only for loopback addresses), or an object with a `load` function. The data
 * may have the format of `catalog.json` of this package, of models.dev's `api.json`, of LiteLLM's
 * `model_prices_and_context_window.json`, of genai-prices' data file, or of a folder of pi-ai (`{ 'openai.json': {…} }`). The
 * format is detected from the content.
 */
export type CatalogSource = string | URL | LoadedSource;

/** Source that the application reads, such as a file, a bucket or a private registry. */
export interface LoadedSource {
  /** Name of the source in `Catalog.sources`, `Price.sources` and error messages. */
  readonly name: string;
  /** Returns the parsed JSON; `undefined` if the data has not changed since `etag`. */
  load(context: {
    readonly signal: AbortSignal;
    readonly etag: string | undefined;
  }): Promise<LoadedData | undefined>;
}

/** Data of a source. */
export interface LoadedData {
  /** Parsed JSON. */
  readonly data: unknown;
  /** Version of the data. The next `load` receives this version. */
  readonly etag?: string | undefined;
  /** Date of the data, in ISO format, if the data contains no date. @default the current day */
  readonly date?: string | undefined;
}

/** Catalog as JSON. A store contains such a document, and the package contains one in `catalog.json`. */
export interface CatalogDocument {
  readonly format: 'majordomo-catalog/1';
  /** Date of the data, in ISO format. */
  readonly date: string;
  readonly sources: Catalog['sources'];
  readonly models: readonly CatalogModel[];
}

/** Stored document, and the state of the last check, such as the `etag` for a conditional request. */
export interface StoredCatalog {
  readonly document: CatalogDocument;
  /** Time of the last successful check of the source, in ISO format. */
  readonly checkedAt: string;
  readonly etag?: string | undefined;
  /** Name of the source of `etag` and `counts`. */
  readonly source?: string | undefined;
  /** Vendors whose models the last check read. @default all */
  readonly vendors?: readonly string[] | undefined;
  /** Number of models per vendor in the last data. Data with less than half of a vendor's models is rejected as incomplete. */
  readonly counts?: ModelCounts | undefined;
}

/** Number of models by vendor. */
export type ModelCounts = Readonly<Record<string, number>>;

/** Options of `refreshed`. */
export interface RefreshOptions {
  /** Source of the data. `refreshed` rejects with `config` for an `http:` URL whose host is not a loopback address. */
  readonly from: CatalogSource;
  /**
   * Store of the newest data, such as `records` of `@majordomo/store-sqlite`. All catalogs of the store share the data, so that a
   * start within `everyMs` after a check by any process sends no request.
   * @default none; each start begins with the data of `base`
   */
  readonly records?: RecordStore | undefined;
  /**
   * Time between two checks of the source, in milliseconds. Up to 10 % of this time is added at random. With 0, only `refresh()`
   * checks the source, and `refreshed` does not check it at the start.
   * @default 86_400_000
   */
  readonly everyMs?: number | undefined;
  /**
   * Maximum factor by which a rate, a fee or a tier of a known model may change, in either direction. A larger change, or a
   * change from above 0 to 0, is refused. The previous price then still applies.
   *
   * @default 5
   */
  readonly maxChange?: number | undefined;
  /** Models, as `vendor/id`, whose changes are applied despite `maxChange` because a person has reviewed them. @default [] */
  readonly accept?: readonly string[] | undefined;
  /** Vendors whose models are read. @default the vendors of the base catalog */
  readonly vendors?: readonly string[] | undefined;
  /**
   * Catalog into which the source's data is merged. The merged catalog contains all models of this catalog.
   *
   * @default the catalog of this package
   */
  readonly base?: Catalog | undefined;
  /** Maximum time of one load, and of one read or write of the store, in milliseconds. 0 disables it. @default 10_000 */
  readonly timeoutMs?: number | undefined;
  /** Maximum size of the response body of a URL, in bytes after decompression. @default 67_108_864 */
  readonly maxBytes?: number | undefined;
  /** Function that sends the request to a URL. @default the global `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Listener that receives the result of each check. Errors that it throws are ignored. */
  readonly onEvent?: ((event: CatalogEvent) => void) | undefined;
  /** Clock for the checks. @default the system's clock */
  readonly clock?: Clock | undefined;
}

/** One difference between two catalogs. */
export interface CatalogChange {
  /**
   * Type of the difference. `added`: a new model. `priced`: a first price. `changed`: another price. `retiring`: a new or
   * changed retirement date.
   */
  readonly type: 'added' | 'priced' | 'changed' | 'retiring';
  readonly vendor: string;
  readonly id: string;
  /**
   * Amounts that differ, such as `input: 2000000 → 20000000`. Rates are in micro-USD per million units, fees in micro-USD for one
   * use. Empty for `added` and `retiring`.
   */
  readonly rates: readonly string[];
  /** Reason for which the change was refused, such as `input ×10 is above maxChange 5`; `undefined` if it was applied. */
  readonly refused?: string | undefined;
}

/** Result of a check of the source. */
export type CatalogEvent =
  | { readonly type: 'refreshed'; readonly date: string; readonly changes: readonly CatalogChange[] }
  /** The source has no newer data: HTTP status 304, or a date that is not after the date of the current data. */
  | { readonly type: 'unchanged' }
  /** The source or the store failed. The current data stays in use. `error.message` names the source and the reason. */
  | { readonly type: 'failed'; readonly error: LlmError };

/** Catalog whose data is replaced atomically. Lookups in progress finish with the previous data. */
export interface RefreshedCatalog extends Catalog {
  /**
   * Checks the source immediately. Concurrent calls share one request. Never rejects: returns a failure as a `failed` event,
   * which `onEvent` also receives.
   */
  refresh(): Promise<CatalogEvent>;
  /** Stops the timer. The catalog remains usable. */
  close(): void;
}
