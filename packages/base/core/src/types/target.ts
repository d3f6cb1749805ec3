import type { TargetHealth } from './health.ts';
import type { Billing, Recovery } from './llm-error.ts';
import type { Usage } from './usage.ts';

/** Capabilities of a model. A capability that is `undefined` is unknown. The request is then sent, and the vendor decides. */
export interface Capabilities {
  /** Whether the model calls tools. */
  readonly tools?: boolean | undefined;
  /** Whether the vendor runs programs of the model that call tools (`ToolSpec.callers`). @default false */
  readonly programs?: boolean | undefined;
  /** Limits of input images; `false` if the model accepts none. */
  readonly images?: ImageLimits | false | undefined;
  /** MIME types of supported documents and videos; `false` if the model accepts none. */
  readonly files?: readonly string[] | false | undefined;
  /** MIME types of documents that tool results may contain. An error message replaces a document of another type. @default [] */
  readonly resultFiles?: readonly string[] | undefined;
  /** Whether requests may contain search results, and titles, contexts and citations of documents. Otherwise, they become text. */
  readonly citations?: boolean | undefined;
  /** MIME types of supported audio; `false` if the model accepts none. */
  readonly audio?: readonly string[] | false | undefined;
  /** Limits of documents. */
  readonly fileLimits?: FileLimits | undefined;
  /** Support of output schemas. `tool`: by a forced tool call. `instruct`: by an instruction. `false`: none. */
  readonly output?: 'native' | 'tool' | 'instruct' | false | undefined;
  /** Whether the reasoning effort of the model can be set. */
  readonly reasoning?: boolean | undefined;
  /** Whether the last message may be an assistant message that the model continues. */
  readonly prefill?: boolean | undefined;
  /** Size of the context in tokens. */
  readonly contextTokens?: number | undefined;
  /** Maximum number of output tokens. */
  readonly maxOutputTokens?: number | undefined;
}

/** Limits of images that a target accepts. */
export interface ImageLimits {
  /** Supported MIME types. */
  readonly mediaTypes: readonly string[];
  /** Maximum size of an image in bytes, before base64. */
  readonly maxBytes: number;
  /** Maximum length of the longer edge in pixels. */
  readonly maxEdge?: number | undefined;
  /** Maximum number of images in a request. */
  readonly maxCount?: number | undefined;
  /** Maximum size of all images of a request in bytes. */
  readonly maxTotalBytes?: number | undefined;
  /** Values of `maxEdge` for requests with more than `whenCountAbove` images. The last matching rule applies. */
  readonly rules?: readonly { readonly whenCountAbove: number; readonly maxEdge: number }[] | undefined;
}

/** Limits of documents that a target accepts. Absent limits are not checked. */
export interface FileLimits {
  /** Maximum number of documents in a request. */
  readonly maxCount?: number | undefined;
  /** Maximum size of a document in bytes, before base64. */
  readonly maxBytes?: number | undefined;
  /** Maximum size of all documents of a request in bytes. */
  readonly maxTotalBytes?: number | undefined;
  /** Limits of PDFs. Without a media fitter, pages are not checked. */
  readonly pdf?:
    | {
        /** Maximum size of a PDF in bytes, which applies instead of `maxBytes` of documents. */
        readonly maxBytes?: number | undefined;
        /** Maximum number of pages of a PDF. */
        readonly maxPages?: number | undefined;
        /** Maximum number of pages of all PDFs of a request. */
        readonly maxTotalPages?: number | undefined;
      }
    | undefined;
}

/** Declared handling of content by the operator of an endpoint. A member that is not set is unknown. */
export interface DataHandling {
  /**
   * Place where content is processed, in lower case: `eu`, `us`, `gb`, `ch`, `jp` and so on, `europe` for places in and around
   * the EU, `global` if the vendor chooses the place, or `local` for this machine.
   */
  readonly region?: string | undefined;
  /** Number of days for which content is stored. 0 if content is not stored. */
  readonly retentionDays?: number | undefined;
  /** Whether content may be used for training. */
  readonly trainsOn?: boolean | undefined;
}

/** Target of a resolved spec. */
export interface ResolvedTarget {
  /** Target as `provider/model`. */
  readonly target: string;
  /** Vendor whose prices and conventions apply; see `Provider.vendor`. */
  readonly vendor: string | undefined;
  /** Payment of the target's calls; see `Provider.billing`. */
  readonly billing: Billing | undefined;
  /** Id of the model, which is the text after the first slash of the target. */
  readonly model: string;
  /** Declared data handling; `undefined` if nothing is declared. */
  readonly data?: DataHandling | undefined;
  readonly capabilities: Capabilities;
  /** Health of the target; `undefined` if the target never had a failure or a bench. */
  readonly health: TargetHealth | undefined;
}

/** Environment variables of `createMajordomo`. Packages never read `process.env`. */
export type Env = { readonly [name: string]: string | undefined };

/** Context of the attempt that a provider serves. */
export interface ModelContext {
  /** Target as `provider/model`, for events and errors. */
  readonly target: string;
  /** Form of the response. `complete` if no deltas are needed and `Model.isNonStreaming` permits it, or for some recoveries. */
  readonly delivery: 'deltas' | 'complete';
  /** Signal that aborts when the call is cancelled or a time limit is exceeded. Pass this signal to all I/O. */
  readonly signal: AbortSignal;
  readonly env: Env;
  /** `fetch` of `createMajordomo`. The provider's option takes precedence. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Function that receives the request and returns the response, for work that is not sent as a call, such as a line of a batch.
   * It replaces every other transport, including the provider's options `fetch` and `client`. No credential is requested.
   */
  readonly exchange?: typeof globalThis.fetch | undefined;
  /** Headers of `createMajordomo`. The provider's headers take precedence. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Reports the credential of the attempt, so that a failed attempt can bench the credential instead of the target. Throws if the
   * credential is benched. Core stores only a hash with a salt of the process. Called by `credentialSource` of the wire kit.
   */
  credential?(value: string): void;
  /** Recoveries that changed the attempt. `credentialSource` reads the rejected value from them. */
  readonly recoveries?: readonly Recovery[] | undefined;
  /**
   * Reports usage before the `finish` event. The record of a failed attempt contains it. The usage in `finish` replaces it. Omit
   * the output until the vendor reports its total, because the cost of an attempt without this count is its maximum.
   */
  reportUsage?(usage: Usage): void;
  /** Receives the text of a response; see `CallOptions.onRawResponse`. Set if the call has this option. */
  readonly reportText?: ((text: string) => void) | undefined;
}
