const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
/** Pattern of a line within a key block. Such a line contains base64, headers, quotes or code. */
const BODY =
  /^[\s>|*#"'`+,;\\]*(?:[A-Za-z0-9/=][A-Za-z0-9+/=]*(?:\\[nr])*(?:[\s"'`,;\\][\s"'`+,;\\]*)?|[A-Za-z-]{1,30}: .{0,200}\s{0,4})?$/;

/** Text with which the first line of a private key begins. */
export const KEY_BEGIN = '-----BEGIN ';
/** Maximum length of the match of `BEGIN`, in characters. */
export const MAX_KEY_BEGIN = 80;

/** Returns the end of the match of `BEGIN` at this offset; `undefined` if no private key begins there. */
export function privateKeyAt(text: string, at: number): number | undefined {
  BEGIN.lastIndex = at;
  return BEGIN.test(text) ? BEGIN.lastIndex : undefined;
}

/** Kind of a private key that continues. `lines`: a PEM block. `inline`: a PEM block with escaped line ends. */
export type KeyMode = 'lines' | 'inline';

/** Returns the length of the key in this line. `next` is its mode in the next line; `undefined` if it ends here. */
export function continueKey(
  line: string,
  mode: KeyMode,
): { readonly length: number; readonly next: KeyMode | undefined } {
  const end = END.exec(line);
  if (mode === 'inline') return inlineKey(line, end);
  if (end !== null) return { length: end.index + end[0].length, next: undefined };
  return BODY.test(line) ? { length: line.length, next: mode } : { length: 0, next: undefined };
}

function inlineKey(line: string, end: RegExpExecArray | null): { length: number; next: KeyMode | undefined } {
  const key = end === null ? line : line.slice(0, end.index + end[0].length);
  const stop = /["'`\n]/.exec(key);
  if (stop !== null) return { length: stop.index, next: undefined };
  return { length: key.length, next: end === null ? 'inline' : undefined };
}
