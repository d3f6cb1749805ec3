import type { CatalogModel, Rates } from '../src/contract.ts';

/** Where data comes from. */
export type SourceName = 'models.dev' | 'genai-prices' | 'litellm';

/** What one source says that a model costs from a day on. */
export interface Offer {
  readonly source: SourceName;
  /** ISO date; `undefined`: as far back as anyone knows. */
  readonly from: string | undefined;
  readonly rates: Rates;
  readonly above: readonly { readonly inputTokens: number; readonly rates: Rates }[];
  readonly tiers: Readonly<Record<string, Partial<Rates>>>;
  readonly fees: Readonly<Record<string, number>>;
}

/** What a model is, without its money. */
export type Facts = Omit<CatalogModel, 'vendor' | 'id' | 'prices' | 'aliasOf' | 'lastSeen'>;

/** One model, as one source lists it. */
export interface Listed {
  readonly id: string;
  /** Other ids that the source says are the same. */
  readonly aliases: readonly string[];
  readonly facts: Partial<Facts>;
  /** Oldest first. */
  readonly offers: readonly Offer[];
  /** Its answers are vectors or scores: its output may cost nothing. */
  readonly isSilent: boolean;
}

/** What a source has of a vendor. */
export type Listing = readonly Listed[];

/** What the three sources have of one vendor. */
export interface Listings {
  readonly modelsDev: Listing;
  readonly genai: Listing;
  readonly litellm: Listing;
}
