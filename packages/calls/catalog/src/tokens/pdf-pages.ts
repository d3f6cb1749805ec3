const pageCounts = new WeakMap<Uint8Array, { readonly pages: number | undefined }>();

/**
 * Returns the number of pages of a PDF without compressed objects; `undefined` for other data. The result is never too low. It is
 * too high if the file contains old revisions of pages.
 */
export function pdfPages(bytes: Uint8Array): number | undefined {
  let known = pageCounts.get(bytes);
  if (known === undefined) {
    known = { pages: count(bytes) };
    pageCounts.set(bytes, known);
  }
  return known.pages;
}

function count(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder('latin1').decode(bytes);
  // Pages in object streams cannot be counted, because object streams are compressed.
  if (/\/ObjStm/.test(text)) return undefined;
  const pages = text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0;
  if (pages === 0) return undefined;
  const declared = Array.from(text.matchAll(/\/Count\s+(\d{1,7})/g), ([, digits]) => Number(digits));
  return declared.reduce((most, number) => Math.max(most, number), pages);
}
