import { deflateSync } from 'node:zlib';
import { file, LlmError } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import { checkPdf } from './check-pdf.ts';
import { inspectPdf } from './inspect-pdf.ts';

const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const END = 'trailer << /Root 1 0 R >>\n%%EOF\n';
const numbers = (pages: number): readonly number[] => Array.from({ length: pages }, (_, index) => index + 3);
const kids = (pages: number): string =>
  numbers(pages)
    .map((number) => `${number} 0 R`)
    .join(' ');
const leaves = (pages: number): string =>
  numbers(pages)
    .map((number) => `${number} 0 obj << /Type /Page >> endobj\n`)
    .join('');
const plain = (pages: number, more = ''): Uint8Array =>
  latin(
    `%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages /Kids [${kids(pages)}] /Count ${pages} >> endobj\n${leaves(pages)}${more}${END}`,
  );

describe('pages are counted', () => {
  test.each([
    ['by the root of the tree', plain(12), 12],
    ['with a long list of children', plain(9_000), 9_000],
    ['behind a preamble', new Uint8Array(Buffer.concat([latin('\n\n'), plain(7)])), 7],
    ['not, where none are to be seen', latin(`%PDF-1.4\n${END}`), undefined],
    [
      'not without a tree',
      latin(`%PDF-1.4\n3 0 obj << /Type /Page >> endobj 4 0 obj << /Type/Page /Parent 2 0 R >>\n${END}`),
      undefined,
    ],
    [
      'not in a stream that is broken',
      latin(`%PDF-1.7\n1 0 obj << /Type /ObjStm /N 1 >> stream\nxx\nendstream\n${END}`),
      undefined,
    ],
  ])('%s', (_, bytes, pages) => {
    expect(inspectPdf(bytes)).toEqual({ pages, encrypted: false, complete: true });
  });

  test('and a bomb in an object stream is not unpacked', () => {
    const data = deflateSync(Buffer.alloc(33 * 2 ** 20, 0x20), { level: 1 }).toString('latin1');
    const bomb = latin(
      `%PDF-1.7\n1 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >> stream\n${data}\nendstream\n${END}`,
    );
    expect(inspectPdf(bomb)?.pages).toBeUndefined();
  });
});

test.each([
  ['streams that cannot be unpacked', '/Type /ObjStm stream x endstream\n'],
  ['object streams without an end', '/Type /ObjStm stream\n'],
  ['types without streams', '/Type/ObjStm '],
  ['dictionaries in dictionaries', '<< /Type /Pages /Count 5 '],
  ['streams without an end', 'stream '],
  ['objects that do not end', '1 0 obj << /A ['],
  ['object streams that break off', '1 0 obj << /Type /ObjStm /N 9 >> stream\nxx endstream '],
  ['strings that do not end', '1 0 obj ( '],
  ['numbers', '1 '],
  ['blanks', ' '.repeat(99)],
  ['names', '/A'],
  ['comments', '%'],
  ['cross-references', 'xref 0 9 trailer << /Prev 9 >> startxref 9 '],
])('a file made of %s takes no time', (_, piece) => {
  const made = latin(`%PDF-1.7\n${piece.repeat(Math.floor(1e6 / piece.length))}\n${END}`);
  // Of the processor: other tests may run beside this one. What grows faster than its text would take minutes.
  const from = process.cpuUsage();
  inspectPdf(made);
  expect(process.cpuUsage(from).user / 1000).toBeLessThan(6_000);
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
