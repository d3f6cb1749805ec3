import type { Scribe } from '../../stream/scribe.ts';

/** Reads one wire's messages, synchronously, into its scribe. */
export interface WireReader {
  readonly scribe: Scribe;
  /** True after the wire's finish signal: nothing more is read. */
  readonly done: boolean;
  /** One server-sent event or one line; throws an LlmError for an error inside the stream. */
  message(data: string, event: string | undefined): void;
  /** A whole, non-streaming body. */
  body(json: unknown): void;
  /** The body is over. Throws `truncated` when the wire's finish signal never came. */
  end(): void;
}
