import type { Quote } from './quote.ts';

/** Rule that finds a kind of secret. The pattern must match in linear time and have no look-behind. */
export interface SecretRule {
  /** Id of the rule, such as `github-token`. Each finding contains the id of its rule. */
  readonly id: string;
  /** Pattern of the secret, matched within a single line. */
  readonly pattern: RegExp;
  /** Number of the capture group of `pattern` that contains the secret. `@default` 0, the complete match */
  readonly group?: number | undefined;
  /** Document that describes the secret's shape, and the date on which the document was read. */
  readonly source: string;
}

/** Range of a secret in a text. */
export interface Finding {
  /** Id of the rule, or `literal` for a known secret. */
  readonly rule: string;
  /** Offset of the secret's first character, in UTF-16 code units. */
  readonly start: number;
  /** Offset after the secret's last character, in UTF-16 code units. */
  readonly end: number;
}

/** Finding with its context. The context is the range from the start of the name to the end of the value. */
export interface Span extends Finding {
  readonly from: number;
  /** Quote that the mask needs on both sides, because the mask replaces a JSON number. */
  readonly quote?: string;
  /** Quote that opened the value, if the text ended before the closing quote. */
  readonly open?: Quote;
}
