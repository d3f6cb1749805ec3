import type { Citation, JsonObject } from '@majordomo/core';
import type { UiMessageChunk } from './types.ts';

/** Returns the citations of a text part, for version 7. */
export const citationsOf = (citations: readonly Citation[], partId: string): JsonObject[] =>
  citations.map((citation, index) => {
    const { start, end, quote } = citation;
    return {
      source: { type: 'source', ...sourceOf(citation, `${partId}-${index}`) },
      ...(start === undefined ? {} : { startIndex: start }),
      ...(end === undefined ? {} : { endIndex: end }),
      ...(quote === undefined ? {} : { citedText: quote }),
    };
  });

/** Returns the sources of a text part without duplicates. */
export function sourceChunks(citations: readonly Citation[], partId: string): UiMessageChunk[] {
  const sources = new Map<unknown, UiMessageChunk>();
  for (const [index, citation] of citations.entries()) {
    const key = citation.url ?? citation.document ?? citation.title;
    if (sources.has(key)) continue;
    const { sourceType, id, ...source } = sourceOf(citation, `${partId}-${index}`);
    sources.set(key, { type: `source-${sourceType}`, sourceId: id, ...source });
  }
  return [...sources.values()];
}

function sourceOf({ url, document, title }: Citation, id: string) {
  if (url !== undefined)
    return { sourceType: 'url', id, url, ...(title === undefined ? {} : { title }) } as const;
  // A citation does not contain the media type of its document, and the protocol requires one.
  const name = title ?? (typeof document === 'string' ? document : `Document ${(document ?? 0) + 1}`);
  return { sourceType: 'document', id, mediaType: 'text/plain', title: name } as const;
}
