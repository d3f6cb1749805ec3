/** What a model can take. `undefined` means unknown: the request is sent and the wire decides. */
export interface Capabilities {
  /** Does it call tools? */
  readonly tools?: boolean | undefined;
  /** `false`: none at all. */
  readonly images?: ImageLimits | false | undefined;
  /** MIME types of documents it reads. */
  readonly files?: readonly string[] | false | undefined;
  /** How it keeps to a schema: natively, by a forced tool call, or by being told. */
  readonly output?: 'native' | 'tool' | 'instruct' | false | undefined;
  /** Does it think, and can it be told how much? */
  readonly reasoning?: boolean | undefined;
  /** May the last message be the assistant's, to be continued? */
  readonly prefill?: boolean | undefined;
  /** Tokens. */
  readonly contextTokens?: number | undefined;
  /** Tokens. */
  readonly maxOutputTokens?: number | undefined;
}

/** How images must be for a target to take them. */
export interface ImageLimits {
  /** MIME types. */
  readonly mediaTypes: readonly string[];
  /** Bytes of one image, before base64. */
  readonly maxBytes: number;
  /** Pixels of the longer edge. */
  readonly maxEdge?: number | undefined;
  /** Images in one request. */
  readonly maxCount?: number | undefined;
  /** Bytes of all images of a request. */
  readonly maxTotalBytes?: number | undefined;
  /** Tighter edges for requests with many images. */
  readonly rules?: readonly { readonly whenCountAbove: number; readonly maxEdge: number }[] | undefined;
}
