import { endOfQuoted, type Quote } from './quote.ts';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
/** Line within a key block: base64, headers, quotes and characters of code. */
const BODY =
  /^[\s>|*#"'`+,;\\]*(?:[A-Za-z0-9/=][A-Za-z0-9+/=]*(?:\\[nr])*(?:[\s"'`,;\\][\s"'`+,;\\]*)?|[A-Za-z-]{1,30}: .{0,200}\s{0,4})?$/;

/** Where a PEM block of a private key begins, and where its first line continues. */
export function privateKeyIn(text: string): { readonly from: number; readonly to: number } | undefined {
  for (let at = text.indexOf('-----BEGIN '); at !== -1; at = text.indexOf('-----BEGIN ', at + 1)) {
    BEGIN.lastIndex = at;
    if (BEGIN.test(text)) return { from: at, to: BEGIN.lastIndex };
  }
  return undefined;
}

/**
 * `lines`: the block continues in the next line. `inline`: its line ends are written as `\n`. `run`: no block at all, but
 * the rest of a value that is too long to be looked at. A quote: the rest of a value that it opened.
 */
export type KeyMode = 'lines' | 'inline' | 'run' | Quote;

/** How much of this line belongs to the block, and whether the block continues behind it. */
export function continueKey(
  line: string,
  mode: KeyMode,
): { readonly length: number; readonly next: KeyMode | undefined } {
  if (typeof mode === 'object') return restOfQuoted(line, mode);
  const end = END.exec(line);
  if (mode === 'inline') return inlineKey(line, end);
  if (mode === 'run') return restOfRun(line);
  if (end !== null) return { length: end.index + end[0].length, next: undefined };
  return BODY.test(line) ? { length: line.length, next: mode } : { length: 0, next: undefined };
}

function inlineKey(line: string, end: RegExpExecArray | null): { length: number; next: KeyMode | undefined } {
  const stop = /["'`\n]/.exec(line)?.index ?? Infinity;
  const close = end === null ? Infinity : end.index + end[0].length;
  const length = Math.min(stop, close);
  return length === Infinity ? { length: line.length, next: 'inline' } : { length, next: undefined };
}

function restOfRun(line: string): { length: number; next: KeyMode | undefined } {
  const stop = /[\s"'`&,;<>]/.exec(line);
  return stop === null ? { length: line.length, next: 'run' } : { length: stop.index, next: undefined };
}

/** Leaves trailing backslashes for the next call, which decides whether a quote after them belongs to the value. */
function restOfQuoted(line: string, quote: Quote): { length: number; next: KeyMode | undefined } {
  const { end, isClosed } = endOfQuoted(line, 0, quote);
  if (isClosed || end < line.length) return { length: end, next: undefined };
  let length = line.length;
  while (line[length - 1] === '\\') length--;
  return { length: length === 0 ? line.length : length, next: quote };
}
