import type { CatalogModel, Rates } from '../contract.ts';

/** Name of a source. */
export type SourceName = 'models.dev' | 'genai-prices' | 'litellm' | 'pi-ai';

/** Price of a model in one source, from a day on. */
export interface Offer {
  readonly source: SourceName;
  /** First day in ISO format; `undefined` if the source states no day. */
  readonly from: string | undefined;
  readonly rates: Rates;
  readonly above: readonly { readonly inputTokens: number; readonly rates: Rates }[];
  readonly tiers: Readonly<Record<string, Partial<Rates>>>;
  readonly fees: Readonly<Record<string, number>>;
}

/** Facts about a model, except its prices. */
export type Facts = Omit<CatalogModel, 'vendor' | 'id' | 'prices' | 'aliasOf' | 'lastSeen'>;

/** Model in the list of one source. */
export interface Listed {
  readonly id: string;
  /** Aliases that the source declares. */
  readonly aliases: readonly string[];
  readonly facts: Partial<Facts>;
  /** Prices, oldest first. */
  readonly offers: readonly Offer[];
  /** Whether the model returns vectors or scores, so that its output may be free. */
  readonly isSilent: boolean;
}

/** Listings of a vendor in one source. */
export type Listing = readonly Listed[];

/** Listings of a vendor in the four sources. */
export interface Listings {
  readonly modelsDev: Listing;
  readonly genai: Listing;
  readonly litellm: Listing;
  readonly piAi: Listing;
}
