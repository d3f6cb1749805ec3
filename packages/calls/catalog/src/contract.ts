/** Price of a unit: an integer number of micro-USD per million units. The same number is the price of one unit in pico-USD. */
export type Rate = number;

/** Rates by kind of token. */
export interface Rates {
  readonly input: Rate;
  readonly output: Rate;
  readonly cacheRead?: Rate | undefined;
  readonly cacheWrite?: Rate | undefined;
  /** Rate for writing cache entries with a lifetime of about one hour. */
  readonly cacheWriteLong?: Rate | undefined;
  /** Rate for reasoning. Set only if it differs from `output`. */
  readonly reasoning?: Rate | undefined;
  readonly inputAudio?: Rate | undefined;
  readonly outputAudio?: Rate | undefined;
  readonly inputImage?: Rate | undefined;
  readonly outputImage?: Rate | undefined;
}

/** Price of a model. The price applies from the day `from` until the next price of the model begins. */
export interface Price {
  /** First day as an ISO date, in UTC. */
  readonly from: string;
  readonly rates: Rates;
  /** Rates that apply to the complete request if its input exceeds `inputTokens`. */
  readonly above?: readonly { readonly inputTokens: number; readonly rates: Rates }[] | undefined;
  /**
   * Rates by the vendor's name of the service tier, such as `batch`. A rate that a tier omits is the standard rate. Rates of a
   * tier above a context step have the name `<tier>><tokens>`, such as `priority>200000`.
   */
  readonly tiers?: { readonly [tier: string]: Partial<Rates> } | undefined;
  /**
   * Factors of all rates by the region where the model ran, in the vendor's terms, such as `{ us: 1.1 }`. In the region `global`, the
   * factor is 1.
   */
  readonly regions?: { readonly [region: string]: number } | undefined;
  /** Fee of each use, in micro-USD with at most six decimals, such as `{ web_search: 10_000, request: 5_000 }`. */
  readonly fees?: { readonly [unit: string]: number } | undefined;
  /** Names of the sources of this price. */
  readonly sources: readonly string[];
  /** Reliability. `agreed`: several sources agree; `single`: one source; `disputed`: no majority; `override`: set manually. */
  readonly trust: 'agreed' | 'single' | 'disputed' | 'override';
}

/** Kind of input or output of a model. */
export type Modality = 'text' | 'image' | 'audio' | 'video' | 'pdf';

/** Model of a vendor. An absent property is unknown. */
export interface CatalogModel {
  readonly vendor: string;
  /** Id that the vendor uses. */
  readonly id: string;
  /** Id of the model that this alias refers to. */
  readonly aliasOf?: string | undefined;
  readonly family?: string | undefined;
  readonly name?: string | undefined;
  /** Maximum number of tokens of input and output together. */
  readonly contextTokens?: number | undefined;
  readonly maxInputTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly input: readonly Modality[];
  readonly output: readonly Modality[];
  readonly tools?: boolean | undefined;
  readonly structured?: boolean | undefined;
  readonly temperature?: boolean | undefined;
  readonly reasoning?: boolean | undefined;
  readonly status?: 'alpha' | 'beta' | 'deprecated' | undefined;
  /** Release date, in ISO format. Some sources specify only the month. */
  readonly released?: string | undefined;
  readonly knowledge?: string | undefined;
  readonly retires?: string | undefined;
  /** Id of the model that the vendor recommends as a replacement. */
  readonly successor?: string | undefined;
  /** Date on which the vendor announced the retirement, in ISO format. */
  readonly deprecatedSince?: string | undefined;
  /** Last day on which a source listed the model, as an ISO date. Such a model stays in the catalog, because bills refer to it. */
  readonly lastSeen?: string | undefined;
  /** Prices by period, oldest first. */
  readonly prices: readonly Price[];
}

/** Result of `Catalog.find`: the model, and how the id matched. */
export interface CatalogMatch {
  readonly model: CatalogModel;
  readonly by: 'id' | 'alias' | 'undated';
}

/** Properties of a model that replace those in the snapshot. */
export type Override = Partial<CatalogModel> & Pick<CatalogModel, 'vendor' | 'id'>;

/** Catalog of models. The first lookup for a vendor loads the vendor's models. */
export interface Catalog {
  /** Date of the data, in ISO format. */
  readonly date: string;
  readonly sources: readonly { readonly name: string; readonly date: string; readonly licence: string }[];
  /** Vendor names for `find` and `models`. */
  readonly vendors: readonly string[];
  /**
   * Finds a model by its exact id, otherwise by an alias, otherwise by the id without the date at its end. Returns `undefined` if
   * none matches. Similar ids do not match. For an alias, `model` is the model that the alias refers to.
   */
  find(vendor: string, id: string): Promise<CatalogMatch | undefined>;
  /** Returns all models of a vendor, including aliases; an empty array for an unknown vendor. */
  models(vendor: string): Promise<readonly CatalogModel[]>;
  /** Returns a copy of the catalog with these overrides. Throws `config` with the name of an invalid property. */
  with(overrides: readonly Override[]): Catalog;
}
