import { sniffMediaType } from '@majordomo/core/toolkit';
import { readCrossReference, type CrossReference } from './cross-reference.ts';
import { latin1, PdfFile } from './pdf-file.ts';
import { countIn, isArray, isDictionary, isReference, UnreadablePdf, type PdfValue } from './scanner.ts';

/** Facts about a PDF that are available without layout. */
export interface PdfFacts {
  /** Number of pages that a viewer shows, or `undefined` if the page tree cannot be read. */
  readonly pages: number | undefined;
  /** Whether the file needs a password. `false` if the file's cross-reference cannot be read. */
  readonly encrypted: boolean;
  /** Whether the file contains its end marker. */
  readonly complete: boolean;
}

/** Number of bytes at the end of a file in which readers look for the end marker. */
const TAIL = 1024;
const DEEPEST = 64;
/** Maximum number of pages, because a node that occurs repeatedly in a tree multiplies the pages below it. */
const MOST_PAGES = 10_000_000;

/**
 * Returns the number of pages of a PDF (ISO 32000-2), and whether it is encrypted and complete. Counts the pages of the last
 * save, without deleted pages and attached documents. Returns `undefined` for bytes that are not a PDF.
 */
export function inspectPdf(bytes: Uint8Array): PdfFacts | undefined {
  if (sniffMediaType(bytes) !== 'application/pdf') return undefined;
  const file = new PdfFile(bytes);
  const complete = withoutPadding(file.text).slice(-TAIL).includes('%%EOF');
  const reference = readable(() => readCrossReference(file));
  const pages = reference && readable(() => new PageTree(file, reference.entries).pages(reference.root));
  // Every PDF has a page, so a tree without pages was not read completely.
  return { pages: pages === 0 ? undefined : pages, encrypted: reference?.encrypted ?? false, complete };
}

/** Removes NUL and white space at the end, which some writers add to fill a block. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) <= 0x20) end -= 1;
  return text.slice(0, end);
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadablePdf) return undefined;
    throw error;
  }
}

/** Counts the leaves of the page tree and ignores `/Count`. Reads each object once. */
class PageTree {
  private readonly file: PdfFile;
  private readonly entries: CrossReference['entries'];
  private readonly objects = new Map<number, PdfValue>();
  private readonly streams = new Map<number, ReadonlyMap<number, () => PdfValue>>();
  private readonly counted = new Map<number, number | 'open'>();

  constructor(file: PdfFile, entries: CrossReference['entries']) {
    this.file = file;
    this.entries = entries;
  }

  pages(root: PdfValue | undefined): number {
    const catalog = this.get(root);
    return isDictionary(catalog) ? this.count(catalog.get('Pages'), 0) : 0;
  }

  /** Counts the pages below a node. If a node occurs twice in the tree, its pages are counted twice. */
  private count(node: PdfValue | undefined, depth: number): number {
    // A node that is not a reference cannot contain itself.
    if (!isReference(node)) return this.below(node ?? null, depth);
    const known = this.counted.get(node.object);
    if (known === 'open' || depth > DEEPEST) throw new UnreadablePdf('the page tree is cyclic or too deep');
    if (known !== undefined) return known;
    this.counted.set(node.object, 'open');
    const pages = this.below(this.get(node), depth);
    this.counted.set(node.object, pages);
    return pages;
  }

  private below(node: PdfValue, depth: number): number {
    if (!isDictionary(node)) return 0;
    const kids = this.get(node.get('Kids'));
    const type = this.get(node.get('Type'));
    if (!isArray(kids)) return type === '/Page' || type === null ? 1 : 0;
    const pages = kids.reduce((sum: number, kid) => sum + this.count(kid, depth + 1), 0);
    if (pages > MOST_PAGES) throw new UnreadablePdf('the page tree has too many pages');
    return pages;
  }

  /** Returns the value itself, or the value of the object to which it refers. */
  private get(value: PdfValue | undefined): PdfValue {
    if (!isReference(value)) return value ?? null;
    const known = this.objects.get(value.object);
    if (known !== undefined) return known;
    const found = this.read(value.object);
    this.objects.set(value.object, found);
    return found;
  }

  private read(number: number): PdfValue {
    const entry = this.entries.get(number);
    if (entry === undefined || entry === 'free') return null;
    if ('at' in entry) return this.objectAt(number, entry.at).value;
    return (this.streams.get(entry.stream) ?? this.openStream(entry.stream)).get(number)?.() ?? null;
  }

  private objectAt(number: number, at: number): ReturnType<PdfFile['objectAt']> {
    const found = this.file.objectAt(at);
    if (found.number !== number) throw new UnreadablePdf(`object ${number} is not at its offset`);
    return found;
  }

  /** Returns the objects of an object stream, which begins with pairs of object number and offset. */
  private openStream(stream: number): ReadonlyMap<number, () => PdfValue> {
    const entry = this.entries.get(stream);
    if (entry === undefined || entry === 'free' || 'stream' in entry)
      throw new UnreadablePdf(`object stream ${stream} is missing`);
    const { value, scanner } = this.objectAt(stream, entry.at);
    if (!isDictionary(value)) throw new UnreadablePdf(`object ${stream} is not a stream`);
    const text = latin1(this.file.streamData(value, scanner, this.get(value.get('Length'))));
    const header = this.file.scanner(0, text);
    const objects = new Map<number, () => PdfValue>();
    for (let pair = countIn(value, 'N') ?? 0; pair > 0; pair--) {
      const number = header.count();
      const at = header.count() + (countIn(value, 'First') ?? 0);
      objects.set(number, () => this.file.scanner(at, text).value());
    }
    this.streams.set(stream, objects);
    return objects;
  }
}
