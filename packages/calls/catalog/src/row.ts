import type { CatalogModel, Modality, Price, Rates } from './contract.ts';

/** Model as a line of a chunk. Values that most models share are omitted. */
export interface Row {
  readonly id: string;
  /** Id of the model that this alias refers to. */
  readonly a?: string;
  /** Family of the model. */
  readonly f?: string;
  /** Maximum number of tokens: context (`c`), input (`i`), output (`o`). */
  readonly c?: number;
  readonly i?: number;
  readonly o?: number;
  /** Input (`r`) and output (`w`) kinds as letters of `MODALITIES`. If absent, the kind is text. */
  readonly r?: string;
  readonly w?: string;
  /** Abilities that the model has (`y`) and lacks (`n`), as letters of `ABILITIES`. */
  readonly y?: string;
  readonly n?: string;
  readonly s?: CatalogModel['status'];
  /** Dates: release (`d`), knowledge (`k`), retirement (`e`), last listing (`u`), announcement of the retirement (`x`). */
  readonly d?: string;
  readonly k?: string;
  readonly e?: string;
  readonly u?: string;
  readonly x?: string;
  /** Id of the model's successor. */
  readonly h?: string;
  readonly p?: readonly PriceRow[];
}

/** Price with rates in USD per million units, by `RATE_LETTERS`. */
export interface PriceRow {
  /** First day on which the price applies, as `YYYY-MM-DD`. If absent: the model's release date, otherwise `SINCE_EVER`. */
  readonly f?: string;
  readonly p: RatesRow;
  /** Rates above a number of input tokens. */
  readonly a?: Readonly<Record<string, RatesRow>>;
  /** Rates by service tier. */
  readonly t?: Readonly<Record<string, RatesRow>>;
  /** Fees, in micro-USD. */
  readonly e?: NonNullable<Price['fees']>;
  /** Sources (`b`) or disagreeing sources (`d`), as letters of `SOURCE_LETTERS`, or the source of an override (`s`). */
  readonly b?: string;
  readonly d?: string;
  readonly s?: string;
}

/** Rates in USD per million units, by `RATE_LETTERS`. */
export type RatesRow = Readonly<Record<string, number>>;

/** First day of a price whose first day is unknown. The day is earlier than the first price of any model. */
export const SINCE_EVER = '2020-01-01';

/** Input and output kinds by letter. */
export const MODALITIES: Readonly<Record<string, Modality>> = {
  t: 'text',
  i: 'image',
  a: 'audio',
  v: 'video',
  p: 'pdf',
};

/** Abilities by letter. */
export const ABILITIES = { T: 'tools', S: 'structured', H: 'temperature', R: 'reasoning' } as const;

/** Rates by letter. The fixed order ensures that equal rates result in equal strings. */
export const RATE_LETTERS: Readonly<Record<string, keyof Rates>> = {
  i: 'input',
  o: 'output',
  r: 'cacheRead',
  w: 'cacheWrite',
  l: 'cacheWriteLong',
  n: 'reasoning',
  I: 'inputAudio',
  O: 'outputAudio',
  P: 'inputImage',
  Q: 'outputImage',
};

/** Sources of prices by letter. */
export const SOURCE_LETTERS: Readonly<Record<string, string>> = {
  g: 'genai-prices',
  m: 'models.dev',
  l: 'litellm',
  p: 'pi-ai',
};
