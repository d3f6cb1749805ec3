/** Integer micro-USD per million units, which is pico-USD per unit. */
export type Rate = number;

/** What one unit costs, by what it is. */
export interface Rates {
  readonly input: Rate;
  readonly output: Rate;
  readonly cacheRead?: Rate | undefined;
  readonly cacheWrite?: Rate | undefined;
  /** Of the cache that lasts about an hour. */
  readonly cacheWriteLong?: Rate | undefined;
  /** Only where it differs from `output`. */
  readonly reasoning?: Rate | undefined;
  readonly inputAudio?: Rate | undefined;
  readonly outputAudio?: Rate | undefined;
  readonly inputImage?: Rate | undefined;
  readonly outputImage?: Rate | undefined;
}

/** What holds from a day on. */
export interface Price {
  /** ISO date; the day begins in UTC. */
  readonly from: string;
  readonly rates: Rates;
  /** The whole request at other rates once its input is above so many tokens. */
  readonly above?: readonly { readonly inputTokens: number; readonly rates: Rates }[] | undefined;
  /**
   * By the vendor's word for the tier, such as `batch`; a rate that it leaves out is the plain one. For a tier above a
   * context step the word is `<tier>><tokens>`, as in `priority>200000`.
   */
  readonly tiers?: { readonly [tier: string]: Partial<Rates> } | undefined;
  /** Micro-USD for one use, such as `{ web_search: 10_000, request: 5_000 }`; to six decimals. */
  readonly fees?: { readonly [unit: string]: number } | undefined;
  /** Who says so. */
  readonly sources: readonly string[];
  /** `agreed`: two sources or more; `disputed`: they differ, and none has a majority; `override`: settled manually. */
  readonly trust: 'agreed' | 'single' | 'disputed' | 'override';
}

/** What a model reads or writes. */
export type Modality = 'text' | 'image' | 'audio' | 'video' | 'pdf';

/** One model at one vendor. What is `undefined` is not known. */
export interface CatalogModel {
  readonly vendor: string;
  /** As the vendor writes it. */
  readonly id: string;
  /** The id of the model that this one stands for. */
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
  /** ISO dates, of which the sources may know the month alone. */
  readonly released?: string | undefined;
  readonly knowledge?: string | undefined;
  readonly retires?: string | undefined;
  /** It has left its sources; kept, since bills outlive models. */
  readonly lastSeen?: string | undefined;
  /** Oldest first. */
  readonly prices: readonly Price[];
}

/** A model, and by what it was found. */
export interface CatalogMatch {
  readonly model: CatalogModel;
  readonly by: 'id' | 'alias' | 'undated';
}

/** What an app knows better: any members of a model, known to the snapshot or not. */
export type Override = Partial<CatalogModel> & Pick<CatalogModel, 'vendor' | 'id'>;

/** Loads the models of a vendor when they are first asked for. */
export interface Catalog {
  /** Of the snapshot, ISO. */
  readonly date: string;
  readonly sources: readonly { readonly name: string; readonly date: string; readonly licence: string }[];
  /** The words that `find` and `models` take. */
  readonly vendors: readonly string[];
  /**
   * Exact id, else its alias (then `model` is what the alias stands for), else the id without a date at its end; nothing
   * fuzzy.
   */
  find(vendor: string, id: string): Promise<CatalogMatch | undefined>;
  /** All models of a vendor, aliases included; none of an unknown one. */
  models(vendor: string): Promise<readonly CatalogModel[]>;
  /** The same with other facts on top. Throws `config` for a price that cannot be one, naming the member. */
  with(overrides: readonly Override[]): Catalog;
}
