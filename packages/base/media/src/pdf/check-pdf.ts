import { LlmError, type FilePart } from '@majordomo/core';
import { unfit } from '../refuse.ts';
import { inspectPdf, type PdfFacts } from './inspect-pdf.ts';

/** Limits of a model for one document, as vendors publish them. An unset limit does not apply. */
export interface PdfLimits {
  /** Maximum size in bytes, before base64 encoding. */
  readonly maxBytes?: number | undefined;
  readonly maxPages?: number | undefined;
}

/**
 * Checks a PDF before it is sent. Throws `unsupported` (code `too-large`) above a limit, and `invalid-request` for an incomplete
 * or encrypted file. A PDF whose pages cannot be counted is accepted.
 *
 * @example checkPdf(part, { maxPages: 100, maxBytes: 32e6 })
 */
export function checkPdf({ bytes, name = 'the file' }: FilePart, limits: PdfLimits = {}): PdfFacts {
  const facts = inspectPdf(bytes);
  if (facts === undefined) throw broken(`${name} of ${bytes.length} bytes is not a PDF`);
  if (!facts.complete) throw broken(`${name} of ${bytes.length} bytes is truncated`);
  if (facts.encrypted) throw broken(`${name} is encrypted, so models cannot read it; remove the encryption`);
  const { maxBytes = Infinity, maxPages = Infinity } = limits;
  if (bytes.length > maxBytes) throw unfit(`${name} has ${bytes.length} bytes; the limit is ${maxBytes}`);
  if (facts.pages !== undefined && facts.pages > maxPages) {
    throw unfit(`${name} has ${facts.pages} pages; the limit is ${maxPages}`);
  }
  return facts;
}

const broken = (message: string): LlmError =>
  new LlmError('invalid-request', message, { code: 'broken-file' });
