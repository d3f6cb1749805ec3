import type { Citation } from '@majordomo/core';
import { asRecord, isList, isRecord } from '@majordomo/core/toolkit';

/**
 * Annotations of a text: pages (`url_citation`, flat over Responses, nested over Chat Completions) and files. What is none of
 * these names no source. `offset`: characters of the part before this text.
 */
export function citationsOf(annotations: unknown, offset = 0): readonly Citation[] {
  return listOf(annotations).flatMap((annotation) => {
    const { type } = annotation;
    const told = isRecord(annotation[String(type)]) ? asRecord(annotation[String(type)]) : annotation;
    const { start_index: start, end_index: end } = told;
    const isPlaced = typeof start === 'number' && typeof end === 'number';
    return cited({
      url: told['url'],
      document: told['file_id'],
      title: told['title'] ?? told['filename'],
      quote: told['content'],
      ...(isPlaced && { start: start + offset, end: end + offset }),
    });
  });
}

/** Sources of a whole answer: addresses (Perplexity, xAI: `citations`), or results with titles (`search_results`, 2026-11). */
export function sourcesOf(citations: unknown, results: unknown): readonly Citation[] {
  const found = new Map(listOf(results).map((result) => [result['url'], result]));
  const urls = isList(citations) && citations.length > 0 ? citations : [...found.keys()];
  return urls.flatMap((each: unknown) => {
    const url = isRecord(each) ? each['url'] : each;
    const { title, snippet, content } = found.get(url) ?? asRecord(each);
    return cited({ url, title, quote: snippet ?? content });
  });
}

/** What the searches of a compound model found (Groq: `executed_tools[].search_results.results`, recorded 2025-09). */
export const foundBy = (tools: unknown): readonly Citation[] =>
  sourcesOf(
    undefined,
    listOf(tools).flatMap((tool) => listOf(asRecord(tool['search_results'])['results'])),
  );

/** Mistral's pieces of content that point to a source (`ReferenceChunk`, `ToolReferenceChunk`, docs.mistral.ai 2026-11). */
export function referencesOf(block: Readonly<Record<string, unknown>>): readonly Citation[] {
  if (block['type'] === 'tool_reference') {
    const { url, title, description } = block;
    return cited({ url, title, quote: description });
  }
  const ids = block['type'] === 'reference' ? block['reference_ids'] : undefined;
  return isList(ids) ? ids.flatMap((document: unknown) => cited({ document })) : [];
}

/** One with what is known of it; none where it names nothing. */
function cited({ url, document, title, quote, start, end }: Loose): readonly Citation[] {
  const known: Citation = {
    ...(typeof url === 'string' && { url }),
    ...((typeof document === 'string' || typeof document === 'number') && { document }),
    ...(typeof title === 'string' && title !== '' && { title }),
    ...(typeof quote === 'string' && quote !== '' && { quote }),
    ...(start !== undefined && end !== undefined && { start, end }),
  };
  return known.url === undefined && known.document === undefined ? [] : [known];
}

interface Loose {
  readonly url?: unknown;
  readonly document?: unknown;
  readonly title?: unknown;
  readonly quote?: unknown;
  readonly start?: number;
  readonly end?: number;
}

const listOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  isList(value) ? value.filter(isRecord) : [];
