import { KeyStage } from './key-stage.ts';
import { LineStage, type EmitText } from './line-stage.ts';
import { LiteralStage } from './literal-stage.ts';
import { literalForms } from './literals.ts';
import { MASK, maskWith } from './mask.ts';
import { compileRules } from './patterns.ts';
import type { Finding, SecretRule } from './rule.ts';
import { cleanCopy } from './value/clean-copy.ts';

/** Options of `createRedactor`. */
export interface RedactorOptions {
  /**
   * Function that returns known secrets, called for every text and every piece of a stream. The secrets are found unchanged,
   * percent-encoded, in base64, and escaped in up to six levels of JSON. If the function throws, only rules apply. Secrets of 1
   * or 2 characters are ignored. `@default` none
   */
  readonly secrets?: (() => Iterable<string>) | undefined;
  /** Rules in addition to the built-in rules. `@default []` */
  readonly rules?: readonly SecretRule[] | undefined;
  /** Salt for masks with a fingerprint, such as `[redacted:1f3a…]`. Equal secrets have equal masks. `@default` no fingerprint */
  readonly fingerprint?: { readonly salt: string } | undefined;
}

/** Functions that find secrets and mask them completely. Masking a masked text again does not change the text. */
export interface Redactor {
  /** Returns the text with a mask in place of each secret. */
  text(text: string): string;
  /**
   * Returns a deep copy without secrets. Masks all strings, numbers and bytes under a secret name (`apiKey`, `authorization`,
   * `password`, `x-api-key` …). Does not change other bytes, or instances of an application's classes.
   */
  value<T>(value: T): T;
  /** Returns the ranges of the secrets in the text, sorted and without overlap. */
  find(text: string): readonly Finding[];
  /**
   * Returns a redactor for text that arrives in pieces, with the same result as `text`. `push` returns complete lines and most
   * of a very long line. `end` returns the rest.
   */
  stream(): { push(piece: string): string; end(): string };
}

/** Creates a redactor with the built-in rules. The redactor does not retain text. */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const own = compileRules(options.rules ?? []);
  /** Returns a function that searches pieces of one text. Finds known secrets first, then private keys, then matches of the rules. */
  const searchWith = (emit: EmitText): ((piece: string, isEnd: boolean) => void) => {
    const literals = new LiteralStage();
    const keys = new KeyStage();
    const lines = new LineStage(own, emit);
    return (piece, isEnd) => {
      const withLiterals = literals.push(piece, literalForms(options.secrets), isEnd);
      lines.push(keys.push(withLiterals, isEnd), isEnd);
    };
  };
  const mask = maskWith(options.fingerprint?.salt);
  const text = (text: string): string => {
    if (typeof text !== 'string') return text;
    const clean = new CleanText(mask);
    searchWith(clean.add)(text, true);
    return clean.take(true);
  };
  return {
    text,
    value: (value) => cleanCopy(value, text, MASK),
    find(text) {
      if (typeof text !== 'string') return [];
      const findings = new Findings();
      searchWith(findings.add)(text, true);
      return findings.all;
    },
    stream() {
      const clean = new CleanText(mask);
      const search = searchWith(clean.add);
      return {
        push(piece) {
          search(piece, false);
          return clean.take(false);
        },
        end() {
          search('', true);
          return clean.take(true);
        },
      };
    },
  };
}

/** Masked text. Joins adjacent ranges of secrets, so that one mask replaces them. */
class CleanText {
  private clean = '';
  private secret = '';
  private quote = '';
  private readonly mask: (secret: string) => string;

  constructor(mask: (secret: string) => string) {
    this.mask = mask;
  }

  readonly add = (raw: string, rule: string | undefined, quote = ''): void => {
    if (rule !== undefined) {
      if (this.secret === '') this.quote = quote;
      this.secret += raw;
      return;
    }
    this.endSecret();
    this.clean += raw;
  };

  /** Returns and removes the masked text so far. If a secret may continue, its mask is returned by a later call. */
  take(isEnd: boolean): string {
    if (isEnd) this.endSecret();
    const taken = this.clean;
    this.clean = '';
    return taken;
  }

  private endSecret(): void {
    if (this.secret !== '') this.clean += this.quote + this.mask(this.secret) + this.quote;
    this.secret = '';
  }
}

class Findings {
  readonly all: Finding[] = [];
  private at = 0;

  readonly add = (raw: string, rule: string | undefined): void => {
    const start = this.at;
    this.at += raw.length;
    if (rule === undefined) return;
    const last = this.all.at(-1);
    if (last?.end === start) this.all[this.all.length - 1] = { ...last, end: this.at };
    else this.all.push({ rule, start, end: this.at });
  };
}
