import type {
  Citation,
  ErrorKind,
  FinishReason,
  ImagePart,
  JsonObject,
  JsonValue,
  ModelRequest,
  Usage,
  VendorFacts,
  Warning,
} from '@majordomo/core';

interface Timed {
  /** Time before the response, in milliseconds on the provider's clock. */
  readonly delayMs?: number | undefined;
}

/** Turn with a successful response. Its parts are emitted in this order: reasoning, vendor parts, text, tool calls. */
export interface AnswerTurn extends Timed {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  readonly toolCalls?:
    | readonly {
        /** Id of the tool call. `@default 'call_<turn>_<position>'` */
        readonly id?: string | undefined;
        readonly name: string;
        readonly args: JsonObject;
      }[]
    | undefined;
  /** Sources of the text, emitted after the text. */
  readonly citations?: readonly Citation[] | undefined;
  /** Calls of tools that the vendor executed. */
  readonly vendorParts?:
    | readonly {
        /** Kind of the tool. `@default 'search'` */
        readonly kind?: string | undefined;
        /** Search query, or executed code. */
        readonly text: string;
        /** Data that the vendor needs to replay the part. `@default` the text */
        readonly data?: JsonValue | undefined;
      }[]
    | undefined;
  /** Generated images, for image models. */
  readonly images?: readonly ImagePart[] | undefined;
  readonly usage?: Usage | undefined;
  /** Finish reason. `@default 'tool-calls'` with tool calls, otherwise `'stop'` */
  readonly finish?: FinishReason | undefined;
  readonly rawFinish?: string | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  /** Id of the response. `@default '<model>-<turn>'` */
  readonly id?: string | undefined;
  /** Model that answers, by the vendor's name. `@default` none, as from a vendor that does not report it */
  readonly model?: string | undefined;
  /** Facts in the vendor's terms. The servers of `@majordomo/conformance` reject turns with facts. `@default` none */
  readonly vendor?: VendorFacts | undefined;
  /** Chunks of the text, or the number of code points per chunk. `@default` one chunk */
  readonly chunks?: readonly string[] | number | undefined;
  /** Time between two chunks of text, in milliseconds on the provider's clock. */
  readonly everyMs?: number | undefined;
}

/** Turn that fails with an error of the kind `fail`. If `after` is set, the text `after` is emitted before the failure. */
export interface FailTurn extends Timed {
  readonly fail: ErrorKind;
  readonly after?: string | undefined;
  readonly message?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}

/** Turn that does not end until the call is aborted. If `after` is set, the text `after` is emitted first. */
export interface HangTurn extends Timed {
  readonly hang: true;
  readonly after?: string | undefined;
}

/**
 * Turn that a fake model plays for one call. A string is a successful response with this text. The servers of
 * `@majordomo/conformance` also play turns, but reject turns with images, warnings, facts, or vendor parts with a kind or data.
 */
export type Turn = string | AnswerTurn | FailTurn | HangTurn | ((request: ModelRequest) => Turn);

/** Turn that is an object. Functions have been called, and strings have been converted. */
export type PlainTurn = AnswerTurn | FailTurn | HangTurn;
