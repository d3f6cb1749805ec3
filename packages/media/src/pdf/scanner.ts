/** An object of a PDF (ISO 32000-2, 7.3), as far as counting pages needs it: strings are read past. */
export type PdfValue =
  number | boolean | null | Name | Reference | typeof TEXT | readonly PdfValue[] | PdfDictionary;

/** Such as `/Pages`. */
export type Name = `/${string}`;

/** `12 0 R`: the object of that number. */
export interface Reference {
  readonly object: number;
}

/** By name, without the slash. */
export type PdfDictionary = ReadonlyMap<string, PdfValue>;

/** A string, whose letters nobody asks for. */
const TEXT: unique symbol = Symbol('text');

/** The file is not what the standard says; to go on would be guessing. */
export class BrokenPdf extends Error {}

/** Several documents may be in the file, and nobody can tell which objects belong to which. */
export class AmbiguousPdf extends BrokenPdf {}

/** Characters that may still be read, in all texts of one file together. */
export interface Budget {
  left: number;
}

/** Objects hardly nest. */
const DEEPEST = 64;

/** What a look costs, in characters. */
const MATCH = 3;

const BLANK = /(?:[\0\t\n\f\r ]|%[^\r\n]*)*/y;
const TOKEN =
  /<<|>>|[[\]({)}]|\/[^\0\t\n\f\r ()<>[\]{}/%]*|[+-]?(?:\d+(?:\.\d*)?|\.\d+)|<[0-9A-Fa-f\0\t\n\f\r ]*>|[A-Za-z]+/y;
const REFERENCE = /[\0\t\n\f\r ]{1,9}\d{1,5}[\0\t\n\f\r ]{1,9}R(?![A-Za-z])/y;
const TEXT_PIECE = /[^()\\]+|\\[\s\S]|[()]/y;

/** Reads tokens and objects, forwards only; throws `BrokenPdf` where there is none, and when the budget is spent. */
export class PdfScanner {
  readonly text: string;
  at: number;
  private readonly budget: Budget;

  constructor(text: string, at: number, budget: Budget) {
    this.text = text;
    this.at = at;
    this.budget = budget;
  }

  /** `''` at the end of the text. */
  token(): string {
    this.match(BLANK);
    if (this.at >= this.text.length) return '';
    const token = this.match(TOKEN);
    if (token === undefined) throw new BrokenPdf(`no token at ${this.at}`);
    return token;
  }

  /** A whole number that is not negative. */
  count(): number {
    const token = this.token();
    if (!/^\d{1,15}$/.test(token)) throw new BrokenPdf(`no count at ${this.at}`);
    return Number(token);
  }

  expect(token: string): void {
    if (this.token() !== token) throw new BrokenPdf(`no ${token} at ${this.at}`);
  }

  /** The object that begins here, or with this token. */
  value(token: string = this.token(), depth = 0): PdfValue {
    if (depth > DEEPEST) throw new BrokenPdf('objects are nested too deeply');
    if (token === '<<') return this.dictionary(depth);
    if (token === '[') return this.list(depth);
    if (token === '(') return this.string();
    if (token === 'null') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    if (token.startsWith('<')) return TEXT;
    if (token.startsWith('/')) return token as Name;
    const number = Number(token);
    if (token === '' || Number.isNaN(number)) throw new BrokenPdf(`no object at ${this.at}`);
    return /^\d+$/.test(token) && this.match(REFERENCE) !== undefined ? { object: number } : number;
  }

  private dictionary(depth: number): PdfDictionary {
    const members = new Map<string, PdfValue>();
    for (let key = this.token(); key !== '>>'; key = this.token()) {
      if (!key.startsWith('/')) throw new BrokenPdf(`no name at ${this.at}`);
      members.set(key.slice(1), this.value(this.token(), depth + 1));
    }
    return members;
  }

  private list(depth: number): readonly PdfValue[] {
    const items: PdfValue[] = [];
    for (let token = this.token(); token !== ']'; token = this.token())
      items.push(this.value(token, depth + 1));
    return items;
  }

  /** Parentheses may stand in a string in pairs. */
  private string(): typeof TEXT {
    for (let open = 1; open > 0;) {
      const piece = this.match(TEXT_PIECE);
      if (piece === undefined) throw new BrokenPdf('a string does not end');
      if (piece === '(') open += 1;
      if (piece === ')') open -= 1;
    }
    return TEXT;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    this.budget.left -= MATCH + (found?.length ?? 0);
    if (this.budget.left < 0) throw new BrokenPdf('reading it takes too long');
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

export const isDictionary = (value: PdfValue | undefined): value is PdfDictionary => value instanceof Map;

export const isReference = (value: PdfValue | undefined): value is Reference =>
  typeof value === 'object' && value !== null && 'object' in value;

export const isArray = (value: PdfValue | undefined): value is readonly PdfValue[] => Array.isArray(value);

/** A member that has to be a whole number, or may be missing. */
export function wholeIn(dictionary: PdfDictionary, name: string): number | undefined {
  const value = dictionary.get(name);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
