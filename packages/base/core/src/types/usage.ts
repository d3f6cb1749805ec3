/** Token usage. `input` includes `cacheRead` and `cacheWrite`. `output` includes `reasoning`. An unknown count is `undefined`. */
export interface Usage {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly reasoning: number | undefined;
  readonly details?: UsageDetails | undefined;
}

/** Further facts for prices and statistics. Each fact is present only if the provider reported it. */
export interface UsageDetails {
  /** Vendor's price of the call in nano-USD (1 USD = 10⁹), as a decimal integer. */
  readonly reportedNanoUsd?: string | undefined;
  /** Number of tokens in `cacheWrite` that were written to the long cache (about an hour). */
  readonly cacheWriteLong?: number | undefined;
  /** Tier that served the call, in the vendor's terms. */
  readonly serviceTier?: string | undefined;
  /** Speed setting that the vendor applied to the call, in the vendor's terms, if the price depends on it. */
  readonly speed?: string | undefined;
  /** Region where the model ran, in the vendor's terms, if the price depends on it. */
  readonly inferenceGeo?: string | undefined;
  /** Number of image tokens in `input` that are not part of `cacheRead`. */
  readonly inputImage?: number | undefined;
  /** Number of audio tokens in `input` that are not part of `cacheRead`. */
  readonly inputAudio?: number | undefined;
  /** Number of image tokens in `output`. */
  readonly outputImage?: number | undefined;
  /** Number of audio tokens in `output`. */
  readonly outputAudio?: number | undefined;
  /** Durations of the vendor's stages in milliseconds, such as `{ queue: 5, prompt: 12, completion: 180 }`. */
  readonly stageMs?: Readonly<Record<string, number>> | undefined;
  /** Number of uses of tools that ran at the vendor, such as `{ web_search: 2 }`. */
  readonly serverTools?: Readonly<Record<string, number>> | undefined;
  /**
   * Quantities that are billed in units other than tokens, such as `{ 'image:1024x1024': 2, 'audio-second': 31 }`. The catalog
   * contains fees under the same names.
   */
  readonly units?: Readonly<Record<string, number>> | undefined;
  /** Input tokens of the largest model call, if the usage is a sum of several calls. Some prices depend on this length. */
  readonly largestInput?: number | undefined;
}
