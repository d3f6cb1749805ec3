import type { Span } from '../rule.ts';
import { findQuotedCredential } from './headers.ts';
import type { Verdict } from './name.ts';
import { behindMasks, endOfQuoted, quoteAt, type Quote } from '../quote.ts';
import { isQuotedSecret, isWorkingFolder } from './value.ts';

/** Name before a value, with the facts that decide whether the value is secret. */
export interface Name {
  readonly text: string;
  /** Offset of the first character of the name. */
  readonly from: number;
  readonly verdict: Verdict;
  /** Quote after the name; `undefined` if the name is not quoted. A quoted name is a member of JSON or of an object literal. */
  readonly quote: Quote | undefined;
}

/** Number of characters at the start of a value that decide whether the value is secret. */
const HEAD_LENGTH = 64;
/** Pattern of the text after the closing quote of a name. */
const NAME_END = /\s{0,4}:/y;
const MEMBER_NUMBER = /(-?\d[\d.eE+-]{3,})(?:[\s,}\]]|$)/y;
/** Pattern of the start of a JSON Schema, which may describe a property with a secret name, but does not contain a secret. */
const SCHEMA =
  /^\{(?:\s|\\[nrt])*\\*"(?:\$ref|type|description|title|anyOf|oneOf|allOf|enum|const|default|format|pattern|m(?:in|ax)Length|properties|items|required|examples?|nullable|writeOnly)\\*"/;

/** Finds a quoted secret. Returns the offset of the value's end, or `undefined` if the value is not secret. */
export function findQuoted(
  text: string,
  opening: number,
  quote: Quote,
  name: Name,
  found: Span[],
): number | undefined {
  const { from, verdict } = name;
  const isMember = name.quote !== undefined;
  const start = opening + quote.slashes + 1;
  if (verdict === 'authorization') return findQuotedCredential(text, start, quote, isMember, from, found);
  const isCookie = verdict === 'cookie' || verdict === 'set-cookie';
  const begin = behindMasks(text, start);
  // Read a longer head in nested JSON, because each quote within the value has more backslashes than the opening quote.
  const limit = begin + HEAD_LENGTH * (quote.slashes + 1);
  const head = text.slice(begin, endOfQuoted(text, begin, quote, limit).end);
  // The value was a private key, which is already masked. Only its line end remains.
  if (begin > start && /^(?:\\+[nr]|\s)*$/.test(head)) return undefined;
  if (isWorkingFolder(name.text, head) || !isQuotedSecret(head, name.text, verdict, isMember))
    return undefined;
  const { end, isClosed } = endOfQuoted(text, begin, quote);
  const rule = isCookie ? 'cookie' : 'keyed-value';
  found.push({ rule, start, end, from, ...(isClosed ? {} : { open: quote }) });
  return end;
}

/** Finds the strings in a list or an object under a name that always indicates a secret. */
export function findNested(text: string, at: number, name: Name, found: Span[]): number | undefined {
  const isObject = text[at] === '{';
  if (isObject && (name.quote === undefined || SCHEMA.test(text.slice(at, at + 200)))) return undefined;
  let level = 0;
  let here = at;
  for (; here < text.length && text[here] !== '\n'; here++) {
    const character = text.charAt(here);
    if (character === '[' || character === '{') level++;
    if (character === ']' || character === '}') level--;
    if (level === 0) return here + 1;
    const quote = quoteAt(text, here);
    if (quote !== undefined) {
      // A quote with fewer backslashes than those of the name ends the string that contains the list.
      if (quote.slashes < (name.quote?.slashes ?? 0)) return here;
      const start = here + quote.slashes + 1;
      const { end } = endOfQuoted(text, start, quote);
      here = end + (quoteAt(text, end)?.slashes ?? 0);
      NAME_END.lastIndex = here + 1;
      if (!NAME_END.test(text)) findQuoted(text, start - quote.slashes - 1, quote, name, found);
      // Text between the strings of a list: only separators, and escaped line breaks and tabs of nested JSON.
    } else if (!isObject && !/[\s,[\]{}\\nrt]/.test(character)) return undefined;
  }
  return here;
}

/** Finds a secret JSON number. The mask is quoted, so that the text remains valid JSON. */
export function findNumber(
  text: string,
  start: number,
  { from, quote }: Name,
  found: Span[],
): number | undefined {
  MEMBER_NUMBER.lastIndex = start;
  const [, number] = MEMBER_NUMBER.exec(text) ?? [];
  if (number === undefined || quote?.character !== '"') return undefined;
  const end = start + number.length;
  found.push({ rule: 'keyed-value', start, end, from, quote: `${'\\'.repeat(quote.slashes)}"` });
  return end;
}
