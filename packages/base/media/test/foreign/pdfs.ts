import type { FuzzTarget } from '@majordomo/test-support';
import { inspectPdf } from '../../src/pdf/inspect-pdf.ts';
import { attachment, numbers, pages, PdfWriter, tree } from '../pdfs.ts';

const { 1: catalog, ...packed } = pages(9);

/** PDF files that the fuzzer damages. */
export const target: FuzzTarget = {
  samples: [
    new PdfWriter().save(pages(9)).save({ 2: tree(numbers(5)) }),
    new PdfWriter().save(pages(9), 'stream').save({ 3: undefined }, 'stream'),
    new PdfWriter().save({ 1: catalog }, 'stream', packed),
    new PdfWriter().save({ 1: catalog, 2: packed[2] }, 'hybrid', packed),
    new PdfWriter().save({ ...pages(3), 90: attachment(new PdfWriter().save(pages(2)).bytes(), false) }),
  ].map((file) => file.bytes()),
  parse(bytes) {
    const facts = inspectPdf(bytes);
    if (facts === undefined) return 'no document';
    return facts.pages === undefined ? 'not counted' : 'counted';
  },
};
