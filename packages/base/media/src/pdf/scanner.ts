/** Object of a PDF (ISO 32000-2, 7.3). The content of strings is discarded. */
export type PdfValue =
  | number
  | boolean
  | null
  | Name
  | Reference
  | typeof STRING
  | readonly PdfValue[]
  | PdfDictionary;
type Name = `/${string}`;
/** Reference to the object with this number, such as `12 0 R`. */
interface Reference {
  readonly object: number;
}
/** Entries of a dictionary by name, without the slash. */
export type PdfDictionary = ReadonlyMap<string, PdfValue>;
const STRING: unique symbol = Symbol('string');

/** Error for a file that violates the standard or uses an unsupported feature. */
export class UnreadablePdf extends Error {}

/** Number of characters that may still be read, shared by all scanners of a file. */
export interface Budget {
  left: number;
}

const DEEPEST = 64;
/** Number of characters that each attempted match subtracts from the budget, in addition to the length of the match. */
const MATCH = 3;
const BLANK = /(?:[\0\t\n\f\r ]|%[^\r\n]*)*/y;
const TOKEN =
  /<<|>>|[[\]({)}]|\/[^\0\t\n\f\r ()<>[\]{}/%]*|[+-]?(?:\d+(?:\.\d*)?|\.\d+)|<[0-9A-Fa-f\0\t\n\f\r ]*>|[A-Za-z]+/y;
const REFERENCE = /[\0\t\n\f\r ]{1,9}\d{1,5}[\0\t\n\f\r ]{1,9}R(?![A-Za-z])/y;
const STRING_PIECE = /[^()\\]+|\\[\s\S]|[()]/y;

/** Reads tokens and objects forward. Throws `UnreadablePdf` for invalid input, or if the budget is used up. */
export class PdfScanner {
  readonly text: string;
  at: number;
  private readonly budget: Budget;

  constructor(text: string, at: number, budget: Budget) {
    this.text = text;
    this.at = at;
    this.budget = budget;
  }

  token(): string {
    this.match(BLANK);
    const token = this.match(TOKEN);
    if (token === undefined) throw new UnreadablePdf(`no token at ${this.at}`);
    return token;
  }

  /** Reads a non-negative integer. */
  count(): number {
    const token = this.token();
    if (!/^\d{1,15}$/.test(token)) throw new UnreadablePdf(`no count at ${this.at}`);
    return Number(token);
  }

  expect(token: string): void {
    if (this.token() !== token) throw new UnreadablePdf(`no ${token} at ${this.at}`);
  }

  /** Reads the object that begins with `token`, which is the next token by default. */
  value(token: string = this.token(), depth = 0): PdfValue {
    if (depth > DEEPEST) throw new UnreadablePdf('objects are nested too deeply');
    if (token === '<<') {
      const members = new Map<string, PdfValue>();
      for (let key = this.token(); key !== '>>'; key = this.token())
        members.set(key.slice(1), this.value(this.token(), depth + 1));
      return members;
    }
    if (token === '[') {
      const items: PdfValue[] = [];
      for (let item = this.token(); item !== ']'; item = this.token())
        items.push(this.value(item, depth + 1));
      return items;
    }
    if (token === '(') return this.string();
    if (token === 'null') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    if (token.startsWith('<')) return STRING;
    if (token.startsWith('/')) return token as Name;
    const number = Number(token);
    if (Number.isNaN(number)) throw new UnreadablePdf(`no object at ${this.at}`);
    return /^\d+$/.test(token) && this.match(REFERENCE) !== undefined ? { object: number } : number;
  }

  private string(): typeof STRING {
    for (let open = 1; open > 0;) {
      const piece = this.match(STRING_PIECE);
      if (piece === undefined) throw new UnreadablePdf('a string does not end');
      if (piece === '(') open += 1;
      if (piece === ')') open -= 1;
    }
    return STRING;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    this.budget.left -= MATCH + (found?.length ?? 0);
    if (this.budget.left < 0) throw new UnreadablePdf('reading the file takes too long');
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

export const isDictionary = (value: PdfValue | undefined): value is PdfDictionary => value instanceof Map;
export const isReference = (value: PdfValue | undefined): value is Reference =>
  typeof value === 'object' && value !== null && 'object' in value;
export const isArray = (value: PdfValue | undefined): value is readonly PdfValue[] => Array.isArray(value);

/** Returns an entry that is a non-negative integer; `undefined` for any other value. */
export function countIn(dictionary: PdfDictionary, name: string): number | undefined {
  const value = dictionary.get(name);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
