import { LineStage } from './line-stage.ts';
import { LiteralStage } from './literal-stage.ts';
import { literalForms } from './literals.ts';
import { MASK, maskWith } from './mask.ts';
import { compileRules } from './patterns.ts';
import type { Finding, SecretRule } from './rule.ts';
import { cleanCopy } from './value/clean-copy.ts';

/** Options of `createRedactor`. */
export interface RedactorOptions {
  /**
   * Returns known secrets: matched as they are, percent-encoded, in base64, and escaped for JSON. Called at every use;
   * if it throws, the rules still apply. Values of one or two characters are ignored.
   */
  readonly secrets?: (() => Iterable<string>) | undefined;
  /** Besides the built-in ones. */
  readonly rules?: readonly SecretRule[] | undefined;
  /** Masks with a fingerprint, `[redacted:1f3a…]`: equal secrets get equal masks, which need the salt to be computed. */
  readonly fingerprint?: { readonly salt: string } | undefined;
}

/** Masks complete secrets. Masking twice has the same result as once. */
export interface Redactor {
  /** The text with a mask for each secret. */
  text(text: string): string;
  /**
   * Returns a deep copy without secrets. Instances of classes and bytes of images and files stay unchanged. All values
   * under a secret name (`apiKey`, `authorization`, `password`, `x-api-key` …) are masked.
   */
  value<T>(value: T): T;
  /** Where the secrets are, in order and apart from each other. */
  find(text: string): readonly Finding[];
  /**
   * Returns a redactor for chunks, with the same result as `text` for every split. `push` returns complete lines and
   * most of a very long one, `end` the rest.
   */
  stream(): { push(piece: string): string; end(): string };
}

/** A redactor with the built-in rules. It keeps no text. */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const own = compileRules(options.rules ?? []);
  const forms = (): readonly string[] => literalForms(options.secrets);
  const mask = maskWith(options.fingerprint?.salt);
  const text = (whole: string): string => {
    if (typeof whole !== 'string') return whole;
    const clean = new CleanText(mask);
    const run = new Run(own, clean.add);
    run.push(whole, forms(), true);
    return clean.take(true);
  };
  return {
    text,
    value: (value) => cleanCopy(value, text, MASK),
    find(whole) {
      if (typeof whole !== 'string') return [];
      const findings = new Findings();
      new Run(own, findings.add).push(whole, forms(), true);
      return findings.all;
    },
    stream() {
      const clean = new CleanText(mask);
      const run = new Run(own, clean.add);
      return {
        push(piece) {
          run.push(piece, forms(), false);
          return clean.take(false);
        },
        end() {
          run.push('', forms(), true);
          return clean.take(true);
        },
      };
    },
  };
}

/** Known values first, then the rules. */
class Run {
  private readonly literals = new LiteralStage();
  private readonly lines: LineStage;

  constructor(
    own: ConstructorParameters<typeof LineStage>[0],
    tell: ConstructorParameters<typeof LineStage>[1],
  ) {
    this.lines = new LineStage(own, tell);
  }

  push(piece: string, forms: readonly string[], isEnd: boolean): void {
    this.lines.push(this.literals.push(piece, forms, isEnd), isEnd);
  }
}

/** Stretches that are masked side by side are one secret, and get one mask. */
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

  /** Returns the clean text. A secret that may continue is emitted at its end. */
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
    if (rule === undefined || raw === '') return;
    const last = this.all.at(-1);
    if (last?.end === start) this.all[this.all.length - 1] = { ...last, end: this.at };
    else this.all.push({ rule, start, end: this.at });
  };
}
