import type {
  AssistantPart,
  Citation,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  Warning,
} from '@majordomo/core';

/** Web page that a text cites, with the range of the text to which the citation applies. */
export interface PageCitation {
  readonly url: string;
  readonly title: string;
  readonly quote: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the citations of web pages, which every wire supports. A citation without a range covers the complete text. */
export const pageCitations = ({ text, citations = [] }: TextPart): readonly PageCitation[] =>
  citations.flatMap(({ url, title, quote, start, end }) =>
    url === undefined
      ? []
      : { url, title: title ?? url, quote: quote ?? '', start: start ?? 0, end: end ?? text.length },
  );

/** Part that every wire supports. */
export type WirePart = TextPart | ReasoningPart | ToolCallPart;

/** Whether every wire supports a part. For other parts, `droppedParts` returns warnings. */
export const isWirePart = (part: AssistantPart): part is WirePart =>
  part.type === 'text' || part.type === 'reasoning' || part.type === 'tool-call';

/** Returns warnings about content of a part that no wire supports. */
export function droppedParts(part: AssistantPart): readonly Warning[] {
  if (part.type === 'image' || part.type === 'audio')
    return [dropped(`generated ${part.type}`, 'the gateway does not send media in the response of a chat')];
  if (part.type === 'vendor-call')
    return [dropped(part.name, 'this API does not support calls of the vendor that wait for the client')];
  if (part.type === 'vendor')
    return [dropped(part.kind, 'this API does not support results of tools that the vendor ran')];
  return part.type === 'text' && part.citations?.some(isOfDocument) === true
    ? [dropped('citations of documents', 'this API supports only citations of web pages')]
    : [];
}

const isOfDocument = ({ url }: Citation): boolean => url === undefined;

const dropped = (what: string, why: string): Warning => ({ action: 'dropped', what, why });
