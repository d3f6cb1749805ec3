import { endOfQuoted, type Quote } from './quote.ts';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
/** Pattern of a line within a key block. Such a line contains base64, headers, quotes or code. */
const BODY =
  /^[\s>|*#"'`+,;\\]*(?:[A-Za-z0-9/=][A-Za-z0-9+/=]*(?:\\[nr])*(?:[\s"'`,;\\][\s"'`+,;\\]*)?|[A-Za-z-]{1,30}: .{0,200}\s{0,4})?$/;

/** Returns the offset at which a private key's PEM block begins, and the offset at which the block's first line ends. */
export function privateKeyIn(text: string): { readonly from: number; readonly to: number } | undefined {
  for (let at = text.indexOf('-----BEGIN '); at !== -1; at = text.indexOf('-----BEGIN ', at + 1)) {
    BEGIN.lastIndex = at;
    if (BEGIN.test(text)) return { from: at, to: BEGIN.lastIndex };
  }
  return undefined;
}

/**
 * Kind of secret that continues in the next line. `lines`: a PEM block. `inline`: a PEM block with escaped line ends. `run`:
 * the rest of a very long value. A quote: the rest of a value that the quote opened.
 */
export type KeyMode = 'lines' | 'inline' | 'run' | Quote;

/** Returns the length of the secret in this line. `next` is its mode in the next line; `undefined` if it ends here. */
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

/** Returns the rest of a quoted value. Excludes trailing backslashes, because their meaning depends on the text that follows. */
function restOfQuoted(line: string, quote: Quote): { length: number; next: KeyMode | undefined } {
  const { end, isClosed } = endOfQuoted(line, 0, quote);
  if (isClosed || end < line.length) return { length: end, next: undefined };
  let length = line.length;
  while (line[length - 1] === '\\') length--;
  return { length: length === 0 ? line.length : length, next: quote };
}
