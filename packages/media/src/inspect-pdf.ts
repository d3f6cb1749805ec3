import { inflateSync } from 'node:zlib';
import { sniffMediaType } from '@majordomo/core/provider';

/** What can be told of a PDF without laying it out. */
export interface PdfFacts {
  /** `undefined` when no page tree is found, as in an encrypted file. */
  readonly pages: number | undefined;
  readonly encrypted: boolean;
  /** Does the file reach its end marker? */
  readonly complete: boolean;
}

/** Object streams are unpacked up to this many bytes in all, so that a bomb stays small. */
const MOST_UNPACKED = 32 * 2 ** 20;
/** Readers look for the end marker in the last 1,024 bytes. */
const TAIL = 1024;

/**
 * Pages, encryption and wholeness of a PDF (ISO 32000) by its objects, those in compressed object streams included.
 * `undefined` for bytes that are not a PDF.
 */
export function inspectPdf(bytes: Uint8Array): PdfFacts | undefined {
  if (sniffMediaType(bytes) !== 'application/pdf') return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const encrypted = /\/Encrypt\s+(?:\d+\s+\d+\s+R|<<)/.test(text);
  const complete = text.slice(-TAIL).includes('%%EOF');
  return { pages: pagesIn(textsOf(text, bytes)), encrypted, complete };
}

function* textsOf(text: string, bytes: Uint8Array): Generator<string> {
  yield text;
  yield* objectStreams(text, bytes);
}

/** The root of the page tree counts all pages; a file without a readable tree has its pages counted. */
function pagesIn(texts: Iterable<string>): number | undefined {
  let most = 0;
  let single = 0;
  for (const text of texts) {
    most = Math.max(most, countedByTree(text));
    single += occurrences(text, /\/Type\s*\/Page(?![A-Za-z])/g);
  }
  return Math.max(most, single) || undefined;
}

function occurrences(text: string, pattern: RegExp): number {
  let count = 0;
  while (pattern.exec(text) !== null) count += 1;
  return count;
}

const TOKENS = /<<|>>|\/Type\s*\/Pages(?![A-Za-z])|\/Count\s+(\d{1,9})|endobj|\bstream\b/g;
/** More than 50 MB of documents have; a file made to take time ends here, after half a second. */
const MOST_TOKENS = 2e6;
/** Dictionaries hardly nest; what opens more is not one. */
const DEEPEST = 64;

interface Dictionary {
  isPages: boolean;
  count: number;
}

/** The largest `/Count` in a dictionary of type Pages; one walk, past the contents of streams. */
function countedByTree(text: string): number {
  const tokens = new RegExp(TOKENS);
  let most = 0;
  let open: Dictionary[] = [];
  let left = MOST_TOKENS;
  for (let match = tokens.exec(text); match !== null && left > 0; match = tokens.exec(text), left--) {
    const [token, count] = match;
    const inner = open.at(-1);
    if (token === '<<') {
      if (open.length === DEEPEST) open = [];
      open.push({ isPages: false, count: 0 });
    } else if (token === '>>') {
      if (open.pop()?.isPages === true) most = Math.max(most, inner?.count ?? 0);
    } else if (token === 'endobj') open = [];
    else if (token === 'stream') {
      const end = text.indexOf('endstream', tokens.lastIndex);
      if (end === -1) break;
      tokens.lastIndex = end + 'endstream'.length;
    } else if (inner !== undefined) {
      if (count === undefined) inner.isPages = true;
      else inner.count = Number(count);
    }
  }
  return most;
}

/** A thousand pages have some hundred of them. */
const MOST_STREAMS = 2_000;
/** A file with more streams that cannot be unpacked is broken, or made to take time. */
const MOST_BROKEN = 16;
/** The stream begins this near to its type: their dictionaries have five entries. */
const NEAR = 1024;

/** From PDF 1.5 on dictionaries may stand in compressed streams of type ObjStm. */
function* objectStreams(text: string, bytes: Uint8Array): Generator<string> {
  const types = /\/Type\s*\/ObjStm\b/g;
  let room = MOST_UNPACKED;
  let broken = 0;
  for (let streams = 0; streams < MOST_STREAMS && types.exec(text) !== null; streams++) {
    const head = text.slice(types.lastIndex, types.lastIndex + NEAR).indexOf('stream');
    if (head === -1) continue;
    const from = types.lastIndex + head + 'stream'.length;
    const to = text.indexOf('endstream', from);
    if (to === -1) return;
    types.lastIndex = to;
    const unpacked = unpack(bytes.subarray(from + (text.startsWith('\r\n', from) ? 2 : 1), to), room);
    if (unpacked === '' && ++broken > MOST_BROKEN) return;
    room -= unpacked.length;
    yield unpacked;
    if (room <= 0) return;
  }
}

/** Other filters than Flate, broken data and bombs give nothing. */
function unpack(data: Uint8Array, most: number): string {
  try {
    return inflateSync(data, { maxOutputLength: most }).toString('latin1');
  } catch {
    return '';
  }
}
