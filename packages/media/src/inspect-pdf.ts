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
 * `undefined` for bytes that are no PDF.
 */
export function inspectPdf(bytes: Uint8Array): PdfFacts | undefined {
  if (sniffMediaType(bytes) !== 'application/pdf') return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const encrypted = /\/Encrypt\s+(?:\d+\s+\d+\s+R|<<)/.test(text);
  const complete = text.slice(-TAIL).includes('%%EOF');
  return { pages: pagesIn([text, ...objectStreams(text, bytes)]), encrypted, complete };
}

/** The root of the page tree counts all pages; a file without a readable tree has its pages counted. */
function pagesIn(texts: readonly string[]): number | undefined {
  let most = 0;
  let single = 0;
  for (const text of texts) {
    most = Math.max(most, countedByTree(text));
    single += [...text.matchAll(/\/Type\s*\/Page(?![A-Za-z])/g)].length;
  }
  return Math.max(most, single) || undefined;
}

const TOKENS = /<<|>>|\/Type\s*\/Pages(?![A-Za-z])|\/Count\s+(\d{1,9})|endobj|\bstream\b/g;

interface Dictionary {
  isPages: boolean;
  count: number;
}

/** The largest `/Count` in a dictionary of type Pages; one walk, past the contents of streams. */
function countedByTree(text: string): number {
  const tokens = new RegExp(TOKENS);
  let most = 0;
  let open: Dictionary[] = [];
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const [token, count] = match;
    const inner = open.at(-1);
    if (token === '<<') open.push({ isPages: false, count: 0 });
    else if (token === '>>') {
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

/** From PDF 1.5 on dictionaries may stand in compressed streams of type ObjStm. */
function* objectStreams(text: string, bytes: Uint8Array): Generator<string> {
  let left = MOST_UNPACKED;
  for (const match of text.matchAll(/\/Type\s*\/ObjStm\b/g)) {
    const from = text.indexOf('stream', match.index);
    const to = text.indexOf('endstream', from);
    if (from === -1 || to === -1) return;
    const start = from + 'stream'.length + (text.startsWith('\r\n', from + 'stream'.length) ? 2 : 1);
    const unpacked = unpack(bytes.subarray(start, to), left);
    left -= unpacked.length;
    yield unpacked;
    if (left <= 0) return;
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
