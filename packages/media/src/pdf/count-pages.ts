import { dictionaryOf } from './pdf-file.ts';
import type { PdfObjects } from './pdf-objects.ts';
import { BrokenPdf, isArray, isDictionary, isReference, type PdfValue } from './scanner.ts';

/** Balanced trees of a million pages have ten levels. */
const DEEPEST = 64;
const MOST_PAGES = 10_000_000;

/** The leaves of the page tree below a catalog: what a reader shows, whatever `/Count` says. */
export function countPages(objects: PdfObjects, root: PdfValue | undefined): number {
  const catalog = dictionaryOf(objects.get(root));
  return new PageTree(objects).count(catalog.get('Pages'), 0);
}

class PageTree {
  private readonly objects: PdfObjects;
  private readonly counted = new Map<number, number>();
  private readonly open = new Set<number>();

  constructor(objects: PdfObjects) {
    this.objects = objects;
  }

  /** A node that hangs in the tree twice is shown twice, and looked at once. */
  count(value: PdfValue | undefined, depth: number): number {
    if (!isReference(value)) return this.below(value ?? null, depth);
    const { object } = value;
    const known = this.counted.get(object);
    if (known !== undefined) return known;
    if (this.open.has(object)) throw new BrokenPdf('the page tree is a circle');
    this.open.add(object);
    const pages = this.below(this.objects.get(value), depth);
    this.open.delete(object);
    this.counted.set(object, pages);
    return pages;
  }

  private below(node: PdfValue, depth: number): number {
    if (!isDictionary(node)) return 0;
    if (depth > DEEPEST) throw new BrokenPdf('the page tree is too deep');
    const kids = this.objects.get(node.get('Kids'));
    if (isArray(kids)) {
      const pages = kids.reduce((sum: number, kid) => sum + this.count(kid, depth + 1), 0);
      if (pages > MOST_PAGES) throw new BrokenPdf('the page tree has more pages than can be');
      return pages;
    }
    const type = this.objects.get(node.get('Type'));
    return type === '/Page' || type === null ? 1 : 0;
  }
}
