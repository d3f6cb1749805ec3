const pageCounts = new WeakMap<Uint8Array, { readonly pages: number | undefined }>();

/**
 * Returns the pages of a PDF whose objects are not compressed; `undefined` for any other. Never below the true number: old
 * revisions of pages count too.
 */
export function pdfPages(bytes: Uint8Array): number | undefined {
  let known = pageCounts.get(bytes);
  if (known === undefined) pageCounts.set(bytes, (known = { pages: count(bytes) }));
  return known.pages;
}

function count(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder('latin1').decode(bytes);
  // Pages may be in object streams.
  if (/\/ObjStm/.test(text)) return undefined;
  const pages = text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0;
  if (pages === 0) return undefined;
  const declared = Array.from(text.matchAll(/\/Count\s+(\d{1,7})/g), ([, digits]) => Number(digits));
  return declared.reduce((most, number) => Math.max(most, number), pages);
}
