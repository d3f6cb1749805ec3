import { deflateSync } from 'node:zlib';
import { file, LlmError } from '@majordomo/core';
import { describe, expect, test } from 'vitest';
import { pages, PdfWriter, type Objects } from '../../test/pdfs.ts';
import { checkPdf } from './check-pdf.ts';
import { inspectPdf } from './inspect-pdf.ts';

const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const END = 'trailer << /Root 1 0 R >>\n%%EOF\n';
const pdfOf = (count: number, more: Objects = {}): Uint8Array =>
  new PdfWriter().save({ ...pages(count), ...more }).bytes();
const padded = (bytes: Uint8Array): Uint8Array => new Uint8Array([...bytes, ...new Uint8Array(2000)]);
const encrypted = (count: number): Uint8Array => {
  const text = Buffer.from(pdfOf(count)).toString('latin1');
  return latin(text.replace('/Root', '/Encrypt 9 0 R /Root'));
};

describe('pages of inspectPdf are', () => {
  test.each([
    ['counted in the tree', pdfOf(9_000), 9_000],
    ['counted in a file that is padded with zeros', padded(pdfOf(3)), 3],
    ['undefined without a cross-reference', latin(`%PDF-1.4\n${END}`), undefined],
    [
      'undefined without a tree',
      latin(`%PDF-1.4\n3 0 obj << /Type /Page >> endobj 4 0 obj << /Type/Page /Parent 2 0 R >>\n${END}`),
      undefined,
    ],
  ])('%s', (_, bytes, count) => {
    expect(inspectPdf(bytes)).toEqual({ pages: count, encrypted: false, complete: true });
  });

  test.each([
    ['counted in an object stream', 0, 1],
    ['undefined if an object stream inflates to more than 32 MiB', 33 * 2 ** 20, undefined],
  ])('%s', (_, blanks, count) => {
    const data = deflateSync(`2 0 << /Type /Page >>${' '.repeat(blanks)}`, { level: 1 }).toString('latin1');
    const stream = `<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${data.length} >>\nstream\n${data}\nendstream`;
    const { 1: catalog, 2: root } = pages(1);
    const file = new PdfWriter().save({ 1: catalog }, 'stream', { 2: root });
    expect(inspectPdf(file.save({ 3: stream }, 'stream').bytes())?.pages).toBe(count);
  });
});

test.each([
  ['streams that cannot be unpacked', '/Type /ObjStm stream x endstream\n'],
  ['object streams without an end', '/Type /ObjStm stream\n'],
  ['types without streams', '/Type/ObjStm '],
  ['dictionaries in dictionaries', '<< /Type /Pages /Count 5 '],
  ['streams without an end', 'stream '],
  ['objects without an end', '1 0 obj << /A ['],
  ['truncated object streams', '1 0 obj << /Type /ObjStm /N 9 >> stream\nxx endstream '],
  ['strings without an end', '1 0 obj ( '],
  ['numbers', '1 '],
  ['blanks', ' '.repeat(99)],
  ['names', '/A'],
  ['comments', '%'],
  ['cross-references', 'xref 0 9 trailer << /Prev 9 >> startxref 9 '],
])('inspectPdf reads a file of repeated %s in linear time', (_, piece) => {
  const bytes = latin(`%PDF-1.7\n${piece.repeat(Math.floor(1e6 / piece.length))}\n${END}`);
  // CPU time, because other tests run at the same time. Superlinear growth would take minutes.
  const startUsage = process.cpuUsage();
  inspectPdf(bytes);
  expect(process.cpuUsage(startUsage).user / 1000).toBeLessThan(6_000);
});

describe('checkPdf', () => {
  test.each([
    [
      'rejects a PDF above the page limit',
      pdfOf(101),
      'unsupported',
      'report.pdf has 101 pages; the limit is 100',
    ],
    [
      'rejects a PDF above the byte limit',
      pdfOf(1, { 9: `(${'x'.repeat(40_000)})` }),
      'unsupported',
      /report.pdf has \d+ bytes; the limit is 40000/,
    ],
    ['rejects a truncated PDF', pdfOf(3).slice(0, -20), 'invalid-request', /is truncated/],
    ['rejects an encrypted PDF', encrypted(3), 'invalid-request', /encrypted/],
    ['rejects bytes that are not a PDF', latin('hello'), 'invalid-request', /is not a PDF/],
    ['rejects an empty file', new Uint8Array(), 'invalid-request', /0 bytes is not a PDF/],
  ])('%s', (_, bytes, kind, message) => {
    const check = (): unknown =>
      checkPdf(file(bytes, 'application/pdf', 'report.pdf'), { maxPages: 100, maxBytes: 40_000 });
    expect(check).toThrow(message);
    try {
      check();
    } catch (error) {
      expect(LlmError.is(error) ? error.kind : error).toBe(kind);
    }
  });

  test('accepts a fitting PDF and returns its facts', () => {
    expect(checkPdf(file(pdfOf(100), 'application/pdf'), { maxPages: 100 }).pages).toBe(100);
    expect(checkPdf(file(pdfOf(100), 'application/pdf')).pages).toBe(100);
  });
});
