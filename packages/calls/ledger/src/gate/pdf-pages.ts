import type { AttemptInfo, FilePart, MediaFitter } from '@majordomo/core';

/** Number of pages by PDF. */
export type PageCounts = ReadonlyMap<FilePart, number>;

/** Counts the pages of the PDFs of a request. Returns `undefined` if the request has no PDF or no counter is given. */
export function pageCountsOf(
  media: Pick<MediaFitter, 'pages'> | undefined,
  { request, signal }: AttemptInfo,
): Promise<PageCounts> | undefined {
  if (media?.pages === undefined) return undefined;
  const pdfs = request.messages
    .flatMap((message) => (message.role === 'user' ? message.parts : []))
    .filter((part): part is FilePart => part.type === 'file' && part.mediaType === 'application/pdf');
  return pdfs.length === 0 ? undefined : countPages(media, pdfs, signal);
}

async function countPages(
  media: Pick<MediaFitter, 'pages'>,
  pdfs: readonly FilePart[],
  signal: AbortSignal,
): Promise<PageCounts> {
  const counts = new Map<FilePart, number>();
  for (const pdf of pdfs) {
    // If the counter fails, `maxRequestTokens` determines an upper bound for the number of pages.
    const pages = await media.pages?.(pdf, signal).catch(() => undefined);
    if (pages !== undefined) counts.set(pdf, pages);
  }
  return counts;
}
