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
  /** Before anything happens, in ms on the provider's clock. */
  readonly delayMs?: number | undefined;
}

/** An answer. Reasoning comes first, then what ran at the vendor, then the text, then the calls. */
export interface AnswerTurn extends Timed {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  readonly toolCalls?:
    | readonly {
        /** Default: `call_<turn>_<position>`. */
        readonly id?: string | undefined;
        readonly name: string;
        readonly args: JsonObject;
      }[]
    | undefined;
  /** What the text rests on, told with its end. */
  readonly citations?: readonly Citation[] | undefined;
  /** What ran at the vendor. */
  readonly vendorParts?:
    | readonly {
        /** Default: `search`. */
        readonly kind?: string | undefined;
        /** What was searched for, or the code. */
        readonly text: string;
        /** What goes back to the vendor. Default: the text. */
        readonly data?: JsonValue | undefined;
      }[]
    | undefined;
  /** What an image model draws. */
  readonly images?: readonly ImagePart[] | undefined;
  readonly usage?: Usage | undefined;
  /** Default: `tool-calls` with calls, else `stop`. */
  readonly finish?: FinishReason | undefined;
  readonly rawFinish?: string | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  /** The response's id. Default: `<model>-<turn>`. */
  readonly id?: string | undefined;
  /** The text in these pieces, or in pieces of so many characters. Default: one piece. */
  readonly chunks?: readonly string[] | number | undefined;
  /** Between two pieces of text, in ms on the provider's clock. */
  readonly everyMs?: number | undefined;
}

/** A failure, at once or after some text. */
export interface FailTurn extends Timed {
  readonly fail: ErrorKind;
  readonly after?: string | undefined;
  readonly message?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}

/** Silence, at once or after some text, until the call is aborted. */
export interface HangTurn extends Timed {
  readonly hang: true;
  readonly after?: string | undefined;
}

/**
 * What a fake model does with one call; a string is a text. Servers of a wire play the same, but for images and
 * warnings; what ran at the vendor has the kind and the form of the wire there.
 */
export type Turn = string | AnswerTurn | FailTurn | HangTurn | ((request: ModelRequest) => Turn);

/** A turn that is neither a string nor a function any more. */
export type PlainTurn = AnswerTurn | FailTurn | HangTurn;
