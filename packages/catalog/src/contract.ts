/** Integer micro-USD per million units, which is pico-USD per unit. */
export type Rate = number;

/** Rates by kind of token. */
export interface Rates {
  readonly input: Rate;
  readonly output: Rate;
  readonly cacheRead?: Rate | undefined;
  readonly cacheWrite?: Rate | undefined;
  /** Writing to a cache that lasts about an hour. */
  readonly cacheWriteLong?: Rate | undefined;
  /** Set only if it differs from `output`. */
  readonly reasoning?: Rate | undefined;
  readonly inputAudio?: Rate | undefined;
  readonly outputAudio?: Rate | undefined;
  readonly inputImage?: Rate | undefined;
  readonly outputImage?: Rate | undefined;
}

/** Price that applies from a day on. */
export interface Price {
  /** First day as an ISO date, in UTC. */
  readonly from: string;
  readonly rates: Rates;
  /** Rates of the complete request if its input exceeds a number of tokens. */
  readonly above?: readonly { readonly inputTokens: number; readonly rates: Rates }[] | undefined;
  /**
   * Rates by the vendor's name of the tier, such as `batch`. A missing rate is the plain one. The name of a
   * tier above a context step is `<tier>><tokens>`, such as `priority>200000`.
   */
  readonly tiers?: { readonly [tier: string]: Partial<Rates> } | undefined;
  /** Micro-USD for one use, such as `{ web_search: 10_000, request: 5_000 }`; to six decimals. */
  readonly fees?: { readonly [unit: string]: number } | undefined;
  /** Names of the sources. */
  readonly sources: readonly string[];
  /** `agreed`: two sources or more; `disputed`: they differ, and none has a majority; `override`: settled manually. */
  readonly trust: 'agreed' | 'single' | 'disputed' | 'override';
}

/** Kind of input or output of a model. */
export type Modality = 'text' | 'image' | 'audio' | 'video' | 'pdf';

/** Model at a vendor. `undefined` means unknown. */
export interface CatalogModel {
  readonly vendor: string;
  /** Id as the vendor writes it. */
  readonly id: string;
  /** Id of the model that this alias refers to. */
  readonly aliasOf?: string | undefined;
  readonly family?: string | undefined;
  readonly name?: string | undefined;
  /** Input and output together. */
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
  /** ISO dates. Some sources specify the month only. */
  readonly released?: string | undefined;
  readonly knowledge?: string | undefined;
  readonly retires?: string | undefined;
  /** Id that the vendor recommends instead. */
  readonly successor?: string | undefined;
  /** ISO date of the vendor's notice. */
  readonly deprecatedSince?: string | undefined;
  /**
   * Last day on which a source listed the model, as an ISO date. Such models stay, since bills refer to them.
   */
  readonly lastSeen?: string | undefined;
  /** Oldest first. */
  readonly prices: readonly Price[];
}

/** Model with the kind of the match. */
export interface CatalogMatch {
  readonly model: CatalogModel;
  readonly by: 'id' | 'alias' | 'undated';
}

/** Facts of the application: members of a model that replace those of the snapshot. */
export type Override = Partial<CatalogModel> & Pick<CatalogModel, 'vendor' | 'id'>;

/** Catalogue of models. The models of a vendor are loaded at the first look-up. */
export interface Catalog {
  /** ISO date of the snapshot. */
  readonly date: string;
  readonly sources: readonly { readonly name: string; readonly date: string; readonly licence: string }[];
  /** Vendor names for `find` and `models`. */
  readonly vendors: readonly string[];
  /**
   * Finds a model by its exact id, otherwise by an alias (`model` is then the model that the alias refers
   * to), otherwise by the id without a date at its end. There is no fuzzy match.
   */
  find(vendor: string, id: string): Promise<CatalogMatch | undefined>;
  /** Returns all models of a vendor, aliases included; an empty array for an unknown vendor. */
  models(vendor: string): Promise<readonly CatalogModel[]>;
  /**
   * Returns a catalogue with these facts added. Throws `config` for an invalid price and names the member.
   */
  with(overrides: readonly Override[]): Catalog;
}
