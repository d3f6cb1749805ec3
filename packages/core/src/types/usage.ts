/**
 * Tokens. Totals: `input` includes `cacheRead` and `cacheWrite`; `output` includes `reasoning`.
 * `undefined` is unknown, never zero.
 */
export interface Usage {
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly cacheRead: number | undefined;
  readonly cacheWrite: number | undefined;
  readonly reasoning: number | undefined;
  readonly details?: UsageDetails | undefined;
}

/** What money needs beyond the totals, and how long it took; each only where the provider reported it. */
export interface UsageDetails {
  /** The vendor's own price of this call, in nano-USD (1 USD = 10⁹), as a decimal integer. */
  readonly reportedNanoUsd?: string | undefined;
  /** Tokens written to the long (about an hour) cache: a portion of `cacheWrite`. */
  readonly cacheWriteLong?: number | undefined;
  /** The tier that served the call, in the vendor's word. */
  readonly serviceTier?: string | undefined;
  /** The speed that served the call, in the vendor's word, where it is priced by it. */
  readonly speed?: string | undefined;
  /** The region where the model ran, in the vendor's word, where it is priced by it. */
  readonly inferenceGeo?: string | undefined;
  /** Tokens of images: a portion of `input`. */
  readonly inputImage?: number | undefined;
  /** Tokens of audio: a portion of `input`. */
  readonly inputAudio?: number | undefined;
  /** Tokens of images: a portion of `output`. */
  readonly outputImage?: number | undefined;
  /** Tokens of audio: a portion of `output`. */
  readonly outputAudio?: number | undefined;
  /** Milliseconds that the vendor reports for its stages, such as `{ queue: 5, prompt: 12, completion: 180 }`. */
  readonly stageMs?: Readonly<Record<string, number>> | undefined;
  /** Uses of tools that ran at the vendor, such as `{ web_search: 2 }`. */
  readonly serverTools?: Readonly<Record<string, number>> | undefined;
  /**
   * What is billed by other units than tokens, such as `{ 'image:1024x1024': 2, 'audio-second': 31, character: 812 }`;
   * priced by the fees of that name.
   */
  readonly units?: Readonly<Record<string, number>> | undefined;
  /** Input of the largest single model call, where the vendor summed several: prices that rise with it go by this. */
  readonly largestInput?: number | undefined;
}
