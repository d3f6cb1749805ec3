/** Offset in a file, the bytes at this offset as characters, and the media type that they indicate. */
type Signature = readonly [offset: number, characters: string, mediaType: string];

const IMAGES: readonly Signature[] = [
  [0, '\u0089PNG\r\n\u001a\n', 'image/png'],
  [0, '\u00ff\u00d8\u00ff', 'image/jpeg'],
  [0, 'GIF87a', 'image/gif'],
  [0, 'GIF89a', 'image/gif'],
  [8, 'WEBP', 'image/webp'],
  [0, 'BM', 'image/bmp'],
  [0, 'II*\0', 'image/tiff'],
  [0, 'MM\0*', 'image/tiff'],
  [0, '\u00ff\n', 'image/jxl'],
  [0, '\0\0\0\fJXL ', 'image/jxl'],
  [0, '\0\0\u0001\0', 'image/x-icon'],
];

const RECORDINGS: readonly Signature[] = [
  [8, 'WAVE', 'audio/wav'],
  [0, 'fLaC', 'audio/flac'],
  [0, 'OggS', 'audio/ogg'],
  [0, 'ID3', 'audio/mpeg'],
  [4, 'ftypM4A', 'audio/mp4'],
  [4, 'ftypM4B', 'audio/mp4'],
  [4, 'ftyp', 'video/mp4'],
  [0, '\u001aE\u00df\u00a3', 'audio/webm'],
  [0, '#!AMR', 'audio/amr'],
  [8, 'AIFF', 'audio/aiff'],
];

/** Returns the media type of an image or PDF by its first bytes, or `undefined` for other content. */
export function sniffMediaType(bytes: Uint8Array): string | undefined {
  const head = headOf(bytes);
  const image = typeBySignature(head, IMAGES);
  if (image !== undefined) return image;
  if (head.startsWith('ftyp', 4)) return brandType(head.slice(8, 64));
  if (PDF_HEADER.test(head)) return 'application/pdf';
  return isSvg(head) ? 'image/svg+xml' : undefined;
}

/** Returns the media type of a recording by its first bytes, or `undefined` for an unknown format. */
export const sniffAudio = (bytes: Uint8Array): string | undefined =>
  typeBySignature(headOf(bytes), RECORDINGS) ?? frameType(bytes);

const typeBySignature = (head: string, signatures: readonly Signature[]): string | undefined =>
  signatures.find(([offset, characters]) => head.startsWith(characters, offset))?.[2];

const headOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, HEAD));

/** Number of leading bytes in which a PDF's header may be. PDF readers use the same number. */
const HEAD = 1024;
/** Header of a PDF. The header must be at the start of a line, because a text about PDFs may contain it elsewhere. */
const PDF_HEADER = /(?:^|[\0\r\n])%PDF-\d/;

/**
 * Returns the media type that the brands of a HEIF container indicate. The first brand of an AVIF file may be another, such as
 * `mif1`.
 */
function brandType(brands: string): string | undefined {
  if (/avi[fs]/.test(brands)) return 'image/avif';
  return /^(?:hei[cxms]|hev[cxm]|mif1|msf1)/.test(brands) ? 'image/heic' : undefined;
}

/** Whether the content is XML with the root `svg`. A web page with an SVG image begins differently. */
const isSvg = (head: string): boolean =>
  /^(?:\u00ef\u00bb\u00bf)?\s*<(?:\?xml|!--|!DOCTYPE svg|svg)/i.test(head) && /<svg[\s>]/i.test(head);

/** Returns the media type of a stream without a header, which begins with a frame of MPEG layer 2 or 3, or of AAC (layer 0). */
function frameType([first = 0, second = 0, third = 0xff]: Uint8Array): string | undefined {
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  const layer = (second >> 1) & 3;
  // A frame begins with eleven bits of 1, or twelve for AAC.
  if (layer === 0) return (second & 0xf0) === 0xf0 ? 'audio/aac' : undefined;
  const version = (second >> 3) & 3;
  const bitrate = third >> 4;
  const sampleRate = (third >> 2) & 3;
  // A missing third byte is 0xff, whose values are reserved.
  const isReserved = version === 1 || bitrate === 15 || sampleRate === 3;
  return layer === 3 || isReserved ? undefined : 'audio/mpeg';
}
