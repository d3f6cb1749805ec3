import type { LanguageModelV4Citation, LanguageModelV4Source } from '@ai-sdk/provider';
import type { Citation } from '@majordomo/core';

/** Converts citations to citations of the AI SDK. The id of a source is the index of its citation. */
export function toSdkCitations(citations: readonly Citation[] | undefined): {
  readonly citations?: LanguageModelV4Citation[];
} {
  if (citations === undefined) return {};
  return {
    citations: citations.map((citation, at) => ({
      source: toSdkSource(citation, String(at)),
      ...(citation.start !== undefined && { startIndex: citation.start }),
      ...(citation.end !== undefined && { endIndex: citation.end }),
      ...(citation.quote !== undefined && { citedText: citation.quote }),
    })),
  };
}

const toSdkSource = ({ url, document, title }: Citation, id: string): LanguageModelV4Source =>
  url === undefined
    ? {
        type: 'source',
        sourceType: 'document',
        id,
        // The AI SDK requires a media type, which a citation does not have.
        mediaType: 'application/octet-stream',
        title: title ?? String(document ?? ''),
      }
    : { type: 'source', sourceType: 'url', id, url, ...(title !== undefined && { title }) };

/** Converts citations of the AI SDK to `Citation` objects. */
export const fromSdkCitations = (citations: readonly LanguageModelV4Citation[] = []): readonly Citation[] =>
  citations.map(({ source, startIndex, endIndex, citedText }) => ({
    ...(source.sourceType === 'url' ? { url: source.url } : { document: source.filename ?? source.id }),
    ...(source.title !== undefined && { title: source.title }),
    ...(citedText !== undefined && { quote: citedText }),
    ...(startIndex !== undefined && endIndex !== undefined && { start: startIndex, end: endIndex }),
  }));
