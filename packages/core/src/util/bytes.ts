/**
 * Base64 of the bytes. `btoa` wants a binary string, which is built in slices to keep the argument list short; spread, they
 * would take four times as long.
 */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode.apply(null, bytes.subarray(at, at + 0x8000) as unknown as number[]);
  }
  return btoa(binary);
}

/** The bytes of a base64 text; throws a `SyntaxError`-like DOMException on anything else. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  // A mapper over the string's iterator would cost seconds for a few megabytes.
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** The text's beginning, at most so many UTF-16 units; a pair of surrogates is never split. */
export function truncateText(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splits ? most - 1 : most);
}

/** FNV-1a over UTF-16 code units, 32 bits: short and the same in every process; nothing secret depends on it. */
export function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** The pieces one after the other; a single one is itself. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Bytes from the start; `undefined` stands for any. */
type Magic = readonly (number | undefined)[];

const any = undefined;
const text = (letters: string): number[] => Array.from(letters, (letter) => letter.charCodeAt(0));

/** First bytes by media type, from the formats' own documents. */
const MAGIC: readonly (readonly [string, Magic])[] = [
  ['image/png', [0x89, ...text('PNG'), 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/gif', text('GIF87a')],
  ['image/gif', text('GIF89a')],
  ['image/webp', [...text('RIFF'), any, any, any, any, ...text('WEBP')]],
  ['image/bmp', text('BM')],
  ['image/tiff', [...text('II'), 0x2a, 0]],
  ['image/tiff', [...text('MM'), 0, 0x2a]],
  ['image/jxl', [0xff, 0x0a]],
  ['image/jxl', [0, 0, 0, 0x0c, ...text('JXL ')]],
  ['image/x-icon', [0, 0, 1, 0]],
];

/**
 * The media type of a picture or PDF by its first bytes; what it was declared to be does not matter. `undefined` for
 * anything else.
 */
export function sniffMediaType(bytes: Uint8Array): string | undefined {
  const known = MAGIC.find(([, magic]) => magic.every((byte, at) => byte === any || byte === bytes[at]));
  if (known !== undefined) return known[0];
  const head = String.fromCharCode(...bytes.subarray(0, HEAD));
  if (head.startsWith('ftyp', 4)) return brandType(head.slice(8, 64));
  if (PDF_HEADER.test(head)) return 'application/pdf';
  return isSvg(head) ? 'image/svg+xml' : undefined;
}

/** Readers look for a PDF's header in its first 1,024 bytes. */
const HEAD = 1024;
/** At the start of a line, so that a text about PDFs is none. */
const PDF_HEADER = /(?:^|[\0\r\n])%PDF-\d/;

/** HEIF containers: the brands tell the codec. */
function brandType(brands: string): string | undefined {
  if (/avi[fs]/.test(brands)) return 'image/avif';
  return /^(?:hei[cxms]|hev[cxm]|mif1|msf1)/.test(brands) ? 'image/heic' : undefined;
}

/** XML of that root; a web page with a drawing in it begins otherwise. */
const isSvg = (head: string): boolean =>
  /^(?:\u00ef\u00bb\u00bf)?\s*<(?:\?xml|!--|!DOCTYPE svg|svg)/i.test(head) && /<svg[\s>]/i.test(head);
