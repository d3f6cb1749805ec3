import type { AssistantPart, Citation, TextPart, Warning } from '@majordomo/core';

/** A page that a text cites, and the range of the text that it supports. */
export interface PageCitation {
  readonly url: string;
  readonly title: string;
  readonly quote: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the citations of pages, which every wire can express. A citation without a range covers the complete text. */
export const pageCitations = ({ text, citations = [] }: TextPart): readonly PageCitation[] =>
  citations.flatMap(({ url, title, quote, start, end }) =>
    url === undefined
      ? []
      : { url, title: title ?? url, quote: quote ?? '', start: start ?? 0, end: end ?? text.length },
  );

/** Returns warnings for what no wire can express of a part. */
export function droppedParts(part: AssistantPart): readonly Warning[] {
  if (part.type === 'vendor') return [dropped(part.kind, 'what ran at the vendor has no form on this wire')];
  return part.type === 'text' && part.citations?.some(isOfDocument) === true
    ? [dropped('citations of documents', 'only pages have a form on this wire')]
    : [];
}

const isOfDocument = ({ url }: Citation): boolean => url === undefined;

const dropped = (what: string, why: string): Warning => ({ action: 'dropped', what, why });
