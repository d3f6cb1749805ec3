/** First bytes of a file; `undefined` matches any byte. */
type Magic = readonly (number | undefined)[];

const any = undefined;
const text = (letters: string): number[] => Array.from(letters, (letter) => letter.charCodeAt(0));

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

/** Returns the media type of an image or PDF by its first bytes, or `undefined` for other content. */
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
/** The header must be at the start of a line: a text about PDFs may contain it elsewhere. */
const PDF_HEADER = /(?:^|[\0\r\n])%PDF-\d/;

/** Returns the media type of a HEIF container by its brands. */
function brandType(brands: string): string | undefined {
  if (/avi[fs]/.test(brands)) return 'image/avif';
  return /^(?:hei[cxms]|hev[cxm]|mif1|msf1)/.test(brands) ? 'image/heic' : undefined;
}

/** Whether the content is XML with the root `svg`. A web page with an SVG image begins differently. */
const isSvg = (head: string): boolean =>
  /^(?:\u00ef\u00bb\u00bf)?\s*<(?:\?xml|!--|!DOCTYPE svg|svg)/i.test(head) && /<svg[\s>]/i.test(head);
