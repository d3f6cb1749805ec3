import type {
  Citation,
  ErrorKind,
  FinishReason,
  ImagePart,
  JsonObject,
  JsonValue,
  ModelRequest,
  Usage,
  Warning,
} from '@majordomo/core';

interface Timed {
  /** Time before the response, in milliseconds on the provider's clock. */
  readonly delayMs?: number | undefined;
}

/** Response with, in this order, reasoning, tools that ran at the vendor, text, and tool calls. */
export interface AnswerTurn extends Timed {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  readonly toolCalls?:
    | readonly {
        /** `@default 'call_<turn>_<position>'` */
        readonly id?: string | undefined;
        readonly name: string;
        readonly args: JsonObject;
      }[]
    | undefined;
  /** Sources of the text, reported at its end. */
  readonly citations?: readonly Citation[] | undefined;
  /** Tools that ran at the vendor. */
  readonly vendorParts?:
    | readonly {
        /** `@default 'search'` */
        readonly kind?: string | undefined;
        /** Query of the search, or the code. */
        readonly text: string;
        /** Replay data for the vendor. `@default` the text */
        readonly data?: JsonValue | undefined;
      }[]
    | undefined;
  /** Images of an image model. */
  readonly images?: readonly ImagePart[] | undefined;
  readonly usage?: Usage | undefined;
  /** `@default 'tool-calls'` with calls, otherwise `'stop'` */
  readonly finish?: FinishReason | undefined;
  readonly rawFinish?: string | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  /** Id of the response. `@default '<model>-<turn>'` */
  readonly id?: string | undefined;
  /** Chunks of the text, or the number of characters per chunk. Default: one chunk. */
  readonly chunks?: readonly string[] | number | undefined;
  /** Time between two chunks of text, in milliseconds on the provider's clock. */
  readonly everyMs?: number | undefined;
}

/** Failure, immediately or after the text `after`. */
export interface FailTurn extends Timed {
  readonly fail: ErrorKind;
  readonly after?: string | undefined;
  readonly message?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}

/** Silence until the call is aborted, immediately or after the text `after`. */
export interface HangTurn extends Timed {
  readonly hang: true;
  readonly after?: string | undefined;
}

/**
 * Turn that a fake model plays for one call. A string is the text of a response. Servers of a wire also play turns, except
 * images and warnings.
 */
export type Turn = string | AnswerTurn | FailTurn | HangTurn | ((request: ModelRequest) => Turn);

/** Turn without the short forms. */
export type PlainTurn = AnswerTurn | FailTurn | HangTurn;
