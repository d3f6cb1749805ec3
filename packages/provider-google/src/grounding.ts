import type { Citation } from '@majordomo/core';
import { asList } from '@majordomo/core/toolkit';
import { toCitation } from '@majordomo/wire-kit';

/** Sources of a response (`GroundingMetadata` of @google/genai 3.1). */
export interface Grounding {
  readonly webSearchQueries?: readonly string[];
  readonly groundingChunks?: readonly Chunk[];
  readonly groundingSupports?: readonly Support[];
}
interface Chunk {
  readonly web?: Source;
  readonly retrievedContext?: Source;
  readonly maps?: Source;
}
interface Source {
  readonly uri?: string;
  readonly title?: string;
  readonly text?: string;
  readonly documentName?: string;
  readonly fileSearchStore?: string;
}
/** Passage of the response that repeats text of a source (`Citation` of @google/genai 3.1). */
export interface Quotation {
  readonly uri?: string;
  readonly title?: string;
  readonly startIndex?: number;
  readonly endIndex?: number;
}
interface Support {
  readonly segment?: { readonly startIndex?: number; readonly endIndex?: number; readonly text?: string };
  readonly groundingChunkIndices?: readonly number[];
}

/** Returns the sources of the text. If the response relates no sources to segments, each source applies to the complete text. */
export function citationsOf(grounding: Grounding, text: string): readonly Citation[] {
  const sources = (grounding.groundingChunks ?? []).map(sourceOf);
  const supports = grounding.groundingSupports ?? [];
  if (supports.length === 0) return sources.flatMap((source) => source ?? []);
  const bytes = new TextEncoder().encode(text);
  return supports.flatMap(({ segment = {}, groundingChunkIndices = [] }) => {
    const place = positionOf(segment, text, bytes);
    return groundingChunkIndices.flatMap((index): readonly Citation[] => {
      const source = sources[index];
      return source === undefined ? [] : [{ ...source, ...place }];
    });
  });
}

/** Returns a citation for each quotation that names a source. */
export function quotationsOf(quoted: readonly Quotation[], text: string): readonly Citation[] {
  const bytes = new TextEncoder().encode(text);
  return quoted.flatMap(({ uri = '', title = '', ...segment }): readonly Citation[] => {
    if (uri === '' && title === '') return [];
    const { endIndex = Infinity } = segment;
    const place = endIndex <= bytes.length ? positionOf(segment, text, bytes) : undefined;
    return [
      { ...(uri === '' ? { document: title } : { url: uri }), ...(title !== '' && { title }), ...place },
    ];
  });
}

/** Returns the search queries without empty queries, which Google does not bill (ai.google.dev, 2026-11). */
export const queriesOf = (queries: unknown): readonly string[] =>
  asList(queries).filter((query): query is string => typeof query === 'string' && query !== '');

function sourceOf({ web, retrievedContext, maps }: Chunk): Citation | undefined {
  const { uri, title, text, documentName, fileSearchStore } = web ?? retrievedContext ?? maps ?? {};
  const document = uri === undefined ? (documentName ?? title ?? fileSearchStore) : undefined;
  return toCitation({ url: uri, document, title, quote: text });
}

/**
 * Returns the position of a segment. The API counts UTF-8 bytes of its copy of the text. If the segment is not at this position
 * in `text`, searches `text` for the segment. Returns `undefined` if `text` does not contain the segment.
 */
function positionOf(
  { startIndex = 0, endIndex, text: expected }: NonNullable<Support['segment']>,
  text: string,
  bytes: Uint8Array,
): { readonly start: number; readonly end: number } | undefined {
  const length = (from: number, to: number): number =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, to)).length;
  if (endIndex !== undefined) {
    const start = length(0, startIndex);
    const end = start + length(startIndex, endIndex);
    if (expected === undefined || text.slice(start, end) === expected) return { start, end };
  }
  const start = expected === undefined || expected === '' ? -1 : text.indexOf(expected);
  return start === -1 ? undefined : { start, end: start + (expected ?? '').length };
}
