/** Decoded part of a text. `offsets` contains the offset of each decoded character, and of the end, in the original text. */
export interface DecodedRun {
  readonly decoded: string;
  readonly offsets: readonly number[];
}

const CODE = /%[0-9A-Fa-f]{2}/y;

/** Returns the decoded form of each part of a text that contains percent-encoding, such as a URL or a form. */
export function decodedRuns(text: string): readonly DecodedRun[] {
  const runs: DecodedRun[] = [];
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at + 1)) {
    if (!isCode(text, at)) continue;
    let from = at;
    while (!endsRun(text.charCodeAt(from - 1))) from--;
    while (!endsRun(text.charCodeAt(at))) at++;
    runs.push(decodedRun(text, from, at));
  }
  return runs;
}

function decodedRun(text: string, from: number, to: number): DecodedRun {
  let decoded = '';
  const offsets: number[] = [];
  for (let at = from; at < to; at++) {
    offsets.push(at);
    if (text[at] === '%' && isCode(text, at)) {
      decoded += String.fromCharCode(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else decoded += text.charAt(at);
  }
  offsets.push(to);
  return { decoded, offsets };
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
