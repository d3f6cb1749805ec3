import type { Citation } from '@majordomo/core';
import { asList } from '@majordomo/core/toolkit';

/** What an answer rests on (`GroundingMetadata` of @google/genai 3.1). */
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
/** What the model quotes at length from another source (`Citation` of @google/genai 3.1). */
export interface Quoted {
  readonly uri?: string;
  readonly title?: string;
  readonly startIndex?: number;
  readonly endIndex?: number;
}
interface Support {
  readonly segment?: { readonly startIndex?: number; readonly endIndex?: number; readonly text?: string };
  readonly groundingChunkIndices?: readonly number[];
}

/** What of this text rests on what; sources that no piece of it names stand for all of it. */
export function citationsOf(grounding: Grounding, text: string): readonly Citation[] {
  const sources = (grounding.groundingChunks ?? []).map(sourceOf);
  const supports = grounding.groundingSupports ?? [];
  if (supports.length === 0) return sources.flatMap((source) => source ?? []);
  const bytes = new TextEncoder().encode(text);
  return supports.flatMap(({ segment = {}, groundingChunkIndices = [] }) => {
    const place = placeOf(segment, text, bytes);
    return groundingChunkIndices.flatMap((at): readonly Citation[] => {
      const source = sources[at];
      return source === undefined ? [] : [{ ...source, ...place }];
    });
  });
}

/** The sources that this text quotes at length, where they are named. */
export function quotedIn(quoted: readonly Quoted[], text: string): readonly Citation[] {
  const bytes = new TextEncoder().encode(text);
  return quoted.flatMap(({ uri = '', title = '', ...segment }): readonly Citation[] => {
    if (uri === '' && title === '') return [];
    const { endIndex = Infinity } = segment;
    const place = endIndex <= bytes.length ? placeOf(segment, text, bytes) : undefined;
    return [
      { ...(uri === '' ? { document: title } : { url: uri }), ...(title !== '' && { title }), ...place },
    ];
  });
}

/** The searches that a part or the grounding tells; an empty one is none, and is not billed (ai.google.dev, 2026-11). */
export const queriesOf = (queries: unknown): readonly string[] =>
  asList(queries).filter((query): query is string => typeof query === 'string' && query !== '');

function sourceOf({ web, retrievedContext, maps }: Chunk): Citation | undefined {
  const { uri, title, text, documentName, fileSearchStore } = web ?? retrievedContext ?? maps ?? {};
  const document = uri === undefined ? (documentName ?? title ?? fileSearchStore) : undefined;
  if (uri === undefined && document === undefined) return undefined;
  return {
    ...(uri === undefined ? { document } : { url: uri }),
    ...(title !== undefined && title !== '' && { title }),
    ...(text !== undefined && text !== '' && { quote: text }),
  };
}

/**
 * The wire counts bytes of UTF-8, in its own copy of the text: where the words do not stand there they are looked for, and
 * where they stand nowhere no place is said.
 */
function placeOf(
  { startIndex = 0, endIndex, text: words }: NonNullable<Support['segment']>,
  text: string,
  bytes: Uint8Array,
): { readonly start: number; readonly end: number } | undefined {
  const length = (from: number, to: number): number =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(from, to)).length;
  if (endIndex !== undefined) {
    const start = length(0, startIndex);
    const end = start + length(startIndex, endIndex);
    if (words === undefined || text.slice(start, end) === words) return { start, end };
  }
  const start = words === undefined || words === '' ? -1 : text.indexOf(words);
  return start === -1 ? undefined : { start, end: start + (words ?? '').length };
}
