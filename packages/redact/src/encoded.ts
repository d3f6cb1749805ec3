/** Decoded part of a text. `offsets` contains the offset of each decoded character, and of the end, in the original text. */
export interface DecodedRun {
  readonly decoded: string;
  readonly offsets: readonly number[];
}

const CODE = /%[0-9A-Fa-f]{2}/y;
const PERCENT = 37;

/** Returns the decoded form of each part of a text that contains percent-encoding, such as a URL or a form. */
export function decodedRuns(text: string): readonly DecodedRun[] {
  const runs: DecodedRun[] = [];
  let behind = 0;
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', Math.max(at + 1, behind))) {
    if (!isCode(text, at)) continue;
    let from = at;
    while (from > behind && !endsRun(text.charCodeAt(from - 1))) from--;
    behind = at;
    while (behind < text.length && !endsRun(text.charCodeAt(behind))) behind++;
    runs.push(decodedRun(text, from, behind));
  }
  return runs;
}

function decodedRun(text: string, from: number, to: number): DecodedRun {
  const codes: number[] = [];
  const offsets: number[] = [];
  for (let at = from; at < to; at++) {
    offsets.push(at);
    if (text.charCodeAt(at) === PERCENT && isCode(text, at)) {
      codes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else codes.push(text.charCodeAt(at));
  }
  offsets.push(to);
  return { decoded: textOf(codes), offsets };
}

const isCode = (text: string, at: number): boolean => {
  CODE.lastIndex = at;
  return CODE.test(text);
};

/** Converts character codes to a string, in chunks, because JavaScript limits the number of arguments of a call. */
function textOf(codes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < codes.length; at += 4096) text += String.fromCharCode(...codes.slice(at, at + 4096));
  return text;
}

/** Whether a character ends percent-encoded text: whitespace, a control character, `"`, a backtick, `<>{}`, `\` or a mask. */
const endsRun = (code: number): boolean => code <= 32 || ENDS.has(code);
const ENDS: ReadonlySet<number> = new Set(
  Array.from('"`<>\\{}\u2028\u2029', (character) => character.charCodeAt(0)),
);
