import type { Citation } from '@majordomo/core';
import { asRecord, isList, isRecord } from '@majordomo/core/toolkit';
import { otherMembers, toCitation, type RawCitation } from '@majordomo/wire-kit/internal';

/** Members of an annotation that the properties of a citation represent. */
const KNOWN: ReadonlySet<string> = new Set([
  'type',
  'url',
  'title',
  'filename',
  'file_id',
  'document_id',
  'tool_call_id',
  'content',
  'start_index',
  'end_index',
]);

/**
 * Returns the citations in the annotations of a text: pages (`url_citation`, flat in Responses, nested in Chat Completions) and
 * files, and documents and tool results (Groq). Ignores other annotations. `offset` is the number of characters that precede the text in its part.
 */
export function citationsOf(annotations: unknown, offset = 0): readonly Citation[] {
  return listOf(annotations).flatMap((annotation) => {
    const { type } = annotation;
    const source = isRecord(annotation[String(type)]) ? asRecord(annotation[String(type)]) : annotation;
    const { start_index: start, end_index: end } = source;
    const hasPosition = typeof start === 'number' && typeof end === 'number';
    return citation({
      url: source['url'],
      document: source['file_id'] ?? source['document_id'] ?? source['tool_call_id'],
      title: source['title'] ?? source['filename'],
      quote: source['content'],
      ...(hasPosition && { start: start + offset, end: end + offset }),
      other: otherMembers(source, KNOWN),
    });
  });
}

/** Returns the sources of a response: URLs in `citations` (Perplexity, xAI), or titled entries in `search_results` (2026-11). */
export function sourcesOf(citations: unknown, results: unknown): readonly Citation[] {
  const found = new Map(listOf(results).map((result) => [result['url'], result]));
  const urls = isList(citations) && citations.length > 0 ? citations : [...found.keys()];
  return urls.flatMap((each: unknown) => {
    const url = isRecord(each) ? each['url'] : each;
    const { title, snippet, content } = found.get(url) ?? asRecord(each);
    return citation({ url, title, quote: snippet ?? content });
  });
}

/** Returns the search results of tools that Groq ran (`executed_tools[].search_results.results`, recorded 2025-09). */
export const searchResultsOf = (tools: unknown): readonly Citation[] =>
  sourcesOf(
    undefined,
    listOf(tools).flatMap((tool) => listOf(asRecord(tool['search_results'])['results'])),
  );

/** Returns the sources of a content block from Mistral (`ReferenceChunk`, `ToolReferenceChunk`; docs.mistral.ai, 2026-11). */
export function referencesOf(block: Readonly<Record<string, unknown>>): readonly Citation[] {
  if (block['type'] === 'tool_reference') {
    const { url, title, description } = block;
    return citation({ url, title, quote: description });
  }
  const ids = block['type'] === 'reference' ? block['reference_ids'] : undefined;
  return isList(ids) ? ids.flatMap((document: unknown) => citation({ document })) : [];
}

/** Returns a list of one citation, or an empty list if `raw` contains neither a URL nor a document. */
const citation = (raw: RawCitation): readonly Citation[] => {
  const found = toCitation(raw);
  return found === undefined ? [] : [found];
};

const listOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  isList(value) ? value.filter(isRecord) : [];
