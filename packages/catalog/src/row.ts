import type { CatalogModel, Modality, Price, Rates } from './contract.ts';

/** A model as a line of a chunk has it: everything that is the same for most is left out. */
export interface Row {
  readonly id: string;
  /** Alias of. */
  readonly a?: string;
  /** Family. */
  readonly f?: string;
  /** Tokens: context, input, output. */
  readonly c?: number;
  readonly i?: number;
  readonly o?: number;
  /** What it reads and writes, by the letters of `MODALITIES`; absent: text. */
  readonly r?: string;
  readonly w?: string;
  /** What it can, and what it cannot, by the letters of `ABILITIES`. */
  readonly y?: string;
  readonly n?: string;
  readonly s?: CatalogModel['status'];
  /** Dates: released, knowledge, retires, seen until. */
  readonly d?: string;
  readonly k?: string;
  readonly e?: string;
  readonly u?: string;
  readonly p?: readonly PriceRow[];
}

/** A price; rates by the letters of `RATE_LETTERS`, in USD per million units. */
export interface PriceRow {
  /** From; absent: the model's release, else `SINCE_EVER`. */
  readonly f?: string;
  readonly p: RatesRow;
  /** Above so many tokens. */
  readonly a?: Readonly<Record<string, RatesRow>>;
  /** Tiers. */
  readonly t?: Readonly<Record<string, RatesRow>>;
  /** Fees, in micro-USD. */
  readonly e?: NonNullable<Price['fees']>;
  /** By whom, by the letters of `SOURCE_LETTERS`; disputed by others; or else settled, with where that stands. */
  readonly b?: string;
  readonly d?: string;
  readonly s?: string;
}

/** USD per million units, by letter. */
export type RatesRow = Readonly<Record<string, number>>;

/** Where nobody knows since when: before the first price of any. */
export const SINCE_EVER = '2020-01-01';

/** What a model reads and writes. */
export const MODALITIES: Readonly<Record<string, Modality>> = {
  t: 'text',
  i: 'image',
  a: 'audio',
  v: 'video',
  p: 'pdf',
};

/** What a model can. */
export const ABILITIES = { T: 'tools', S: 'structured', H: 'temperature', R: 'reasoning' } as const;

/** Every rate; in this order, so that the same rates are the same text. */
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

/** Who says what something costs. */
export const SOURCE_LETTERS: Readonly<Record<string, string>> = {
  g: 'genai-prices',
  m: 'models.dev',
  l: 'litellm',
};
