/** Control characters, and characters that change the direction or the position of text. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const LONE_SURROGATES = /\p{Cs}/gu;

/** Returns text on one line without control characters, at most `length` characters. */
export function plainLine(text: string, length = 300): string {
  const line = text.replaceAll(CONTROLS, ' ');
  const cut = line.length > length ? `${line.slice(0, length - 1)}…` : line;
  return cut.replaceAll(LONE_SURROGATES, '\uFFFD');
}

/** Returns the first `length` characters of a text, without control characters other than line feeds. */
export function plainLines(text: string, length: number): string {
  const lines = text.slice(0, length).split(/\r\n|\r|\n/);
  return lines.map((line) => plainLine(line, length)).join('\n') + (text.length > length ? '…' : '');
}

/** Characters that XML 1.0 does not allow, not even as character references. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Returns text, escaped for the content and the attributes of XML and HTML. */
export const escaped = (text: string): string =>
  text.replaceAll(NOT_XML, '\uFFFD').replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
