import { LlmError, type FilePart } from '@majordomo/core';
import { inspectPdf, type PdfFacts } from './inspect-pdf.ts';

/** What a model takes of one document; vendors name both on their pages about documents. */
export interface PdfLimits {
  /** Bytes, before base64. */
  readonly maxBytes?: number | undefined;
  readonly maxPages?: number | undefined;
}

/**
 * Checks a PDF before it is sent: `unsupported` (code `too-large`) above a limit, `invalid-request` for what is not a
 * whole PDF or needs a password. Pages that cannot be counted are not refused.
 *
 * @example checkPdf(part, { maxPages: 100, maxBytes: 32e6 })
 */
export function checkPdf({ bytes, name = 'a PDF' }: FilePart, limits: PdfLimits = {}): PdfFacts {
  const facts = inspectPdf(bytes);
  if (facts === undefined) throw broken(`${name} of ${bytes.length} bytes is not a PDF`);
  if (!facts.complete) throw broken(`${name} of ${bytes.length} bytes ends before its end: it was cut`);
  if (facts.encrypted) throw broken(`${name} is encrypted: models cannot open it`);
  const { maxBytes = Infinity, maxPages = Infinity } = limits;
  if (bytes.length > maxBytes) throw unfit(`${name} has ${bytes.length} bytes, the limit is ${maxBytes}`);
  if (facts.pages !== undefined && facts.pages > maxPages) {
    throw unfit(`${name} has ${facts.pages} pages, the limit is ${maxPages}`);
  }
  return facts;
}

const unfit = (message: string): LlmError => new LlmError('unsupported', message, { code: 'too-large' });
const broken = (message: string): LlmError =>
  new LlmError('invalid-request', message, { code: 'broken-file' });
