/** What a model can take. `undefined` means unknown: the request is sent and the wire decides. */
export interface Capabilities {
  /** Does it call tools? */
  readonly tools?: boolean | undefined;
  /** `false`: none at all. */
  readonly images?: ImageLimits | false | undefined;
  /** MIME types of documents it reads, and of video where it sees that. */
  readonly files?: readonly string[] | false | undefined;
  /** MIME types of audio that it hears. */
  readonly audio?: readonly string[] | false | undefined;
  /** How large those documents may be. */
  readonly fileLimits?: FileLimits | undefined;
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

/** What a target takes of documents, as its vendor documents it; what is left out is not checked. */
export interface FileLimits {
  /** Documents in one request. */
  readonly maxCount?: number | undefined;
  /** Bytes of one document, before base64. */
  readonly maxBytes?: number | undefined;
  /** Bytes of all documents of a request. */
  readonly maxTotalBytes?: number | undefined;
  /** Of PDFs alone. Pages are counted by the media fitter; without one they are not checked. */
  readonly pdf?:
    | {
        /** Bytes of one PDF, instead of the `maxBytes` of all documents. */
        readonly maxBytes?: number | undefined;
        /** Pages of one PDF. */
        readonly maxPages?: number | undefined;
        /** Pages of all PDFs of a request. */
        readonly maxTotalPages?: number | undefined;
      }
    | undefined;
}
