/** Decoded parts of a text, each followed by a line end. */
export interface DecodedText {
  readonly decoded: string;
  /** Offset of each decoded character in the original text. A line end has the offset of the end of its part. */
  readonly offsets: readonly number[];
}

const CODE = /%[0-9A-Fa-f]{2}/y;

/**
 * Returns the decoded form of the parts of a text that contain percent-encoding, such as a URL or a form. The parts are joined,
 * because searching each part separately would take long for a text with many short parts.
 */
export function decodedText(text: string): DecodedText {
  let decoded = '';
  const offsets: number[] = [];
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at + 1)) {
    if (!isCode(text, at)) continue;
    let from = at;
    while (!endsRun(text.charCodeAt(from - 1))) from--;
    while (!endsRun(text.charCodeAt(at))) at++;
    decoded += `${decodedPart(text, from, at, offsets)}\n`;
    offsets.push(at);
  }
  return { decoded, offsets };
}

/** Returns the decoded form of a part, and adds the offsets of its characters. */
function decodedPart(text: string, from: number, to: number, offsets: number[]): string {
  let decoded = '';
  for (let at = from; at < to; at++) {
    offsets.push(at);
    if (text[at] === '%' && isCode(text, at)) {
      decoded += String.fromCharCode(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else decoded += text.charAt(at);
  }
  return decoded;
}

const isCode = (text: string, at: number): boolean => {
  CODE.lastIndex = at;
  return CODE.test(text);
};

/**
 * Whether a character ends percent-encoded text: whitespace, a control character, `"`, a backtick, `<>{}`, `\`, a mark of a mask,
 * or NaN outside the text.
 */
const endsRun = (code: number): boolean => !(code > 32) || ENDS.has(code);
const ENDS: ReadonlySet<number> = new Set(
  Array.from('"`<>\\{}\u2028\u2029', (character) => character.charCodeAt(0)),
);
