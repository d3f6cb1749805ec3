import type { Quote } from './quote.ts';

/** Pattern of a secret. The expression is linear and has no look-behind. */
export interface SecretRule {
  /** Such as `github-token`; what a finding names. */
  readonly id: string;
  /** Looked for within a line. */
  readonly pattern: RegExp;
  /** The group that holds the secret. Default: all that is matched. */
  readonly group?: number | undefined;
  /** Where the shape is described, and when that was read. */
  readonly source: string;
}

/** A place in a text that holds a secret: from its first character to the one behind its last. */
export interface Finding {
  /** The rule's id; `literal` for a value that was known. */
  readonly rule: string;
  /** Offset in UTF-16 units. */
  readonly start: number;
  /** Offset in UTF-16 units. */
  readonly end: number;
}

/** Finding with its context: from the beginning of the name to the end of the value. */
export interface Span extends Finding {
  readonly from: number;
  /** Quote that the mask needs on both sides, for a number of JSON. */
  readonly quote?: string;
  /** Quote that opened the value, if the text ended before the closing one. */
  readonly open?: Quote;
}
