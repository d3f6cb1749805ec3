import type { Citation } from '@majordomo/core';
import { asList } from '@majordomo/core/toolkit';
import { otherMembers, toCitation } from '@majordomo/wire-kit/internal';

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
  readonly image?: Source & { readonly sourceUri?: string };
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
  readonly uri?: string | undefined;
  readonly title?: string | undefined;
  readonly startIndex?: number | undefined;
  readonly endIndex?: number | undefined;
}
interface Segment {
  readonly startIndex?: number | undefined;
  readonly endIndex?: number | undefined;
  readonly text?: string;
}
interface Support {
  readonly segment?: Segment;
  readonly groundingChunkIndices?: readonly number[];
  readonly confidenceScores?: readonly number[];
}

/** Members of a source and of a quotation that the properties of a citation represent. */
const KNOWN: ReadonlySet<string> = new Set(['uri', 'sourceUri', 'title', 'text', 'startIndex', 'endIndex']);

/** Returns the citations of `text`. If the response has no `groundingSupports`, the citations have no position in `text`. */
export function citationsOf(grounding: Grounding, text: string): readonly Citation[] {
  const sources = (grounding.groundingChunks ?? []).map(sourceOf);
  const supports = grounding.groundingSupports ?? [];
  if (supports.length === 0) return sources.flatMap((source) => source ?? []);
  const bytes = new TextEncoder().encode(text);
  return supports.flatMap(({ segment = {}, groundingChunkIndices = [], confidenceScores = [] }) => {
    const place = positionOf(segment, text, bytes);
    return groundingChunkIndices.flatMap((index, at): readonly Citation[] => {
      const source = sources[index];
      if (source === undefined) return [];
      const score = confidenceScores[at];
      const scored = score === undefined ? undefined : { other: { ...source.other, confidenceScore: score } };
      return [{ ...source, ...place, ...scored }];
    });
  });
}

/** Returns a citation for each quotation that has a URI or a title. */
export function quotationsOf(quoted: readonly Quotation[], text: string): readonly Citation[] {
  const bytes = new TextEncoder().encode(text);
  return quoted.flatMap(({ uri = '', title = '', ...segment }): readonly Citation[] => {
    if (uri === '' && title === '') return [];
    const { endIndex = Infinity } = segment;
    // `positionOf` would cut a position that ends after the text.
    const place = endIndex <= bytes.length ? positionOf(segment, text, bytes) : undefined;
    const document = uri === '' ? title : undefined;
    const found = toCitation({ url: uri, document, title, ...place, other: otherMembers(segment, KNOWN) });
    return found === undefined ? [] : [found];
  });
}

/** Returns the search queries without empty queries, which Google does not bill (ai.google.dev, 2026-11). */
export const queriesOf = (queries: unknown): readonly string[] =>
  asList(queries).filter((query): query is string => typeof query === 'string' && query !== '');

function sourceOf({ web, retrievedContext, maps, image }: Chunk): Citation | undefined {
  const source = web ?? retrievedContext ?? maps ?? image ?? {};
  const { title, text, documentName, fileSearchStore } = source;
  const url = source.uri ?? image?.sourceUri;
  const document = url === undefined ? (documentName ?? title ?? fileSearchStore) : undefined;
  return toCitation({ url, document, title, quote: text, other: otherMembers(source, KNOWN) });
}

/**
 * Returns the position of a segment in `text`. The API sends UTF-8 byte offsets in its own copy of the text. If the segment is
 * not at these offsets, searches `text` for it. Returns `undefined` if `text` does not contain the segment.
 */
function positionOf(
  { startIndex = 0, endIndex, text: expected }: Segment,
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
