import { sniffMediaType } from '@majordomo/core/provider';
import { countPages } from './count-pages.ts';
import { readCrossReference, type CrossReference } from './cross-reference.ts';
import { PdfFile } from './pdf-file.ts';
import { PdfObjects } from './pdf-objects.ts';
import { rebuildCrossReference } from './rebuilt-reference.ts';
import { BrokenPdf } from './scanner.ts';

/** What can be told of a PDF without laying it out. */
export interface PdfFacts {
  /** As a reader shows them; `undefined` where the page tree cannot be read, as in some encrypted files. */
  readonly pages: number | undefined;
  readonly encrypted: boolean;
  /** Does the file reach its end marker? */
  readonly complete: boolean;
}

/** Readers look for the end marker in the last 1,024 bytes. */
const TAIL = 1024;

/**
 * Pages, encryption and wholeness of a PDF (ISO 32000-2), by its last save alone: what was deleted, and documents that
 * are attached, do not count. `undefined` for bytes that are not a PDF.
 */
export function inspectPdf(bytes: Uint8Array): PdfFacts | undefined {
  if (sniffMediaType(bytes) !== 'application/pdf') return undefined;
  const file = new PdfFile(bytes);
  const complete = file.text.slice(-TAIL).includes('%%EOF');
  // A reader repairs a cross-reference that leads nowhere.
  const facts = readWith(file, readCrossReference) ?? readWith(file, rebuildCrossReference);
  return { pages: facts?.pages, encrypted: facts?.encrypted ?? false, complete };
}

/** `undefined` where the pages are not found this way. */
function readWith(
  file: PdfFile,
  read: (file: PdfFile) => CrossReference,
): Pick<PdfFacts, 'pages' | 'encrypted'> | undefined {
  try {
    const reference = read(file);
    const { encrypted, root } = reference;
    try {
      const pages = countPages(new PdfObjects(file, reference), root);
      return pages > 0 || encrypted ? { pages: pages || undefined, encrypted } : undefined;
    } catch (error) {
      // The streams of an encrypted file cannot be read.
      if (encrypted && error instanceof BrokenPdf) return { pages: undefined, encrypted };
      throw error;
    }
  } catch (error) {
    if (error instanceof BrokenPdf) return undefined;
    throw error;
  }
}
