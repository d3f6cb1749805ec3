import { deflateSync } from 'node:zlib';
import { file, LlmError } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import { checkPdf } from './check-pdf.ts';
import { inspectPdf } from './inspect-pdf.ts';

const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const END = 'trailer << /Root 1 0 R >>\n%%EOF\n';
const kids = (pages: number): string =>
  Array.from({ length: pages }, (_, index) => `${index + 3} 0 R`).join(' ');
const plain = (pages: number, more = ''): Uint8Array =>
  latin(
    `%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages /Kids [${kids(pages)}] /Count ${pages} >> endobj\n${more}${END}`,
  );
function packed(pages: number): Uint8Array {
  const data = deflateSync(Buffer.from(`2 0 << /Count ${pages} /Type/Pages /Kids [3 0 R] >>`)).toString(
    'latin1',
  );
  return latin(
    `%PDF-1.7\n5 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >> stream\r\n${data}\nendstream endobj\n${END}`,
  );
}

describe('pages are counted', () => {
  test.each([
    ['by the root of the tree', plain(12), 12],
    ['with a long list of children', plain(9_000), 9_000],
    ['in a compressed object stream', packed(345), 345],
    [
      'one by one without a tree',
      latin(`%PDF-1.4\n<< /Type /Page >> << /Type/Page /Parent 2 0 R >>\n${END}`),
      2,
    ],
    ['behind a preamble', latin(`\n\n%PDF-1.4\n<< /Type /Pages /Count 7 >>\n${END}`), 7],
    ['not, where none are to be seen', latin(`%PDF-1.4\n${END}`), undefined],
    [
      'not in a stream that is broken',
      latin(`%PDF-1.7\n<< /Type /ObjStm >> stream\nxx\nendstream\n${END}`),
      undefined,
    ],
  ])('%s', (_, bytes, pages) => {
    expect(inspectPdf(bytes)).toEqual({ pages, encrypted: false, complete: true });
  });

  test('and a bomb in an object stream is not unpacked', () => {
    const data = deflateSync(Buffer.alloc(33 * 2 ** 20, 0x20), { level: 1 }).toString('latin1');
    const bomb = latin(`%PDF-1.7\n<< /Type /ObjStm >> stream\n${data}\nendstream\n${END}`);
    expect(inspectPdf(bomb)?.pages).toBeUndefined();
  });
});

test.each([
  ['streams that cannot be unpacked', '/Type /ObjStm stream x endstream\n'],
  ['object streams without an end', '/Type /ObjStm stream\n'],
  ['types without streams', '/Type/ObjStm '],
  ['dictionaries in dictionaries', '<< /Type /Pages /Count 5 '],
  ['streams without an end', 'stream '],
])('a file made of %s takes no time', (_, piece) => {
  const made = latin(`%PDF-1.7\n${piece.repeat(Math.floor(1e6 / piece.length))}\n${END}`);
  const from = performance.now();
  inspectPdf(made);
  expect(performance.now() - from).toBeLessThan(1_000);
});

describe('a PDF is refused', () => {
  test.each([
    ['above the pages', plain(101), 'unsupported', 'report.pdf has 101 pages, the limit is 100'],
    [
      'above the bytes',
      plain(1, ' '.repeat(9_000)),
      'unsupported',
      /report.pdf has \d+ bytes, the limit is 9000/,
    ],
    ['when it was cut', plain(3).slice(0, -20), 'invalid-request', /was cut/],
    ['when it is encrypted', plain(3, 'trailer << /Encrypt 9 0 R >>\n'), 'invalid-request', /encrypted/],
    ['when it is none', latin('hello'), 'invalid-request', /is not a PDF/],
    ['when it is empty', new Uint8Array(), 'invalid-request', /0 bytes is not a PDF/],
  ])('%s', (_, bytes, kind, message) => {
    const check = (): unknown =>
      checkPdf(file(bytes, 'application/pdf', 'report.pdf'), { maxPages: 100, maxBytes: 9_000 });
    expect(check).toThrow(message);
    try {
      check();
    } catch (error) {
      expect(LlmError.is(error) ? error.kind : error).toBe(kind);
    }
  });

  test('and taken when it fits, with what is known of it', () => {
    expect(checkPdf(file(plain(100), 'application/pdf'), { maxPages: 100 }).pages).toBe(100);
    expect(checkPdf(file(plain(100), 'application/pdf')).pages).toBe(100);
  });
});
