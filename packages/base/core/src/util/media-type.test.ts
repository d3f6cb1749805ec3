import { expect, test } from 'vitest';
import { sniffMediaType } from './media-type.ts';

const bytes = (latin: string): Uint8Array => Uint8Array.from(latin, (letter) => letter.charCodeAt(0));

test.each([
  ['image/png', '\x89PNG\r\n\x1a\n'],
  [undefined, '\x89PNG'],
  ['image/jpeg', '\xff\xd8\xff\xe0'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
  ['image/webp', 'RIFF    WEBPVP8 '],
  [undefined, 'RIFF    WAVE'],
  ['image/avif', '\0\0\0\x18ftypmif1\0\0\0\0miafavif'],
  ['image/heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  [undefined, '\0\0\0\x18ftypisom'],
  ['image/tiff', 'II*\0'],
  ['image/tiff', 'MM\0*'],
  ['image/bmp', 'BM......'],
  ['image/jxl', '\xff\x0a'],
  ['image/x-icon', '\0\0\x01\0'],
  ['application/pdf', '%PDF-1.7'],
  ['application/pdf', '\0\0\r\n%PDF-1.4'],
  [undefined, 'A PDF begins with %PDF-1.4.'],
  [undefined, `${'\n'.repeat(1024)}%PDF-1.4`],
  ['image/svg+xml', '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="x">'],
  ['image/svg+xml', '  <svg>'],
  [undefined, '<!DOCTYPE html><body><svg></svg>'],
  [undefined, ''],
])('%s begins with %j', (type, latin) => {
  expect(sniffMediaType(bytes(latin))).toBe(type);
});
