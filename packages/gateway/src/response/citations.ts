import type { AssistantPart, Citation, TextPart, Warning } from '@majordomo/core';

/** A page that a text rests on, and which of the text. */
export interface Page {
  readonly url: string;
  readonly title: string;
  readonly quote: string;
  readonly start: number;
  readonly end: number;
}

/** What every wire has a place for; without places of its own, all of the text rests on it. */
export const pagesOf = ({ text, citations = [] }: TextPart): readonly Page[] =>
  citations.flatMap(({ url, title, quote, start, end }) =>
    url === undefined
      ? []
      : { url, title: title ?? url, quote: quote ?? '', start: start ?? 0, end: end ?? text.length },
  );

/** What no client is told of a part. */
export function untold(part: AssistantPart): readonly Warning[] {
  if (part.type === 'vendor') return [dropped(part.kind, 'what ran at the vendor has no place on this wire')];
  return part.type === 'text' && part.citations?.some(isOfDocument) === true
    ? [dropped('citations of documents', 'pages alone have a place on this wire')]
    : [];
}

const isOfDocument = ({ url }: Citation): boolean => url === undefined;

const dropped = (what: string, why: string): Warning => ({ action: 'dropped', what, why });
