import { asList, asRecord } from '@majordomo/core/toolkit';
import type { Recording } from '@majordomo/test-support';
import {
  bodyOf,
  converseBlocks,
  eventsOf,
  geminiCandidates,
  messagesBlocks,
  responsesItems,
} from './oracle.ts';

/** Citation in a response: the source, and the quoted text. */
export interface Cited {
  readonly source: string;
  /** Quotation from the source. If `isOwn` is true, the part of the response text to which the citation applies. */
  readonly words?: string;
  readonly isOwn?: boolean;
}

/** Returns the citations in the raw bytes of a recording, in order. */
export const citedIn = (recording: Recording): readonly Cited[] =>
  READERS[recording.expected.wire]?.(recording) ?? [];

const READERS: Readonly<Record<string, (recording: Recording) => readonly Cited[]>> = {
  'anthropic-messages': (recording) =>
    messagesBlocks(recording).flatMap(({ type, citations }) =>
      type === 'text'
        ? asList(citations).map((raw) => ofSource(asRecord(raw), asRecord(raw)['cited_text']))
        : [],
    ),
  'bedrock-converse': (recording) =>
    converseBlocks(recording)
      .flatMap((block) => [
        ...asList(block['citations']),
        ...asList(asRecord(block['citationsContent'])['citations']),
      ])
      .map(ofConverse),
  'openai-responses': (recording) =>
    responsesItems(recording)
      .flatMap(({ type, content }) => (type === 'message' ? asList(content).map(asRecord) : []))
      .flatMap(({ text, annotations }) => citationsOfAnnotations(String(text), annotations)),
  'openai-chat': ofChat,
  'gemini-generate': ofGemini,
};

function ofSource(raw: Loose, words: unknown): Cited {
  const source = raw['url'] ?? raw['document_index'] ?? raw['file_id'] ?? raw['source'];
  return { source: String(source), ...(typeof words === 'string' && words !== '' && { words }) };
}

function ofConverse(raw: unknown): Cited {
  const { source, sourceContent, location } = asRecord(raw);
  const place = asRecord(Object.values(asRecord(location))[0]);
  const words = asList(sourceContent)
    .map((piece) => String(asRecord(piece)['text']))
    .join('');
  return {
    source: String(place['url'] ?? (isPage(source) ? source : (place['documentIndex'] ?? source))),
    ...(words !== '' && { words }),
  };
}

const isPage = (source: unknown): boolean => typeof source === 'string' && source.startsWith('http');

/** Reads annotations of OpenAI, whose data are either in the annotation or in its member with the name of its type. */
function citationsOfAnnotations(text: string, annotations: unknown): readonly Cited[] {
  return asList(annotations)
    .map(asRecord)
    .map((annotation) => ({ ...annotation, ...asRecord(annotation[String(annotation['type'])]) }))
    .flatMap((annotation) => {
      const { start_index: start, end_index: end, url, file_id: file } = annotation;
      if (url === undefined && file === undefined) return [];
      const isPlaced = typeof start === 'number' && typeof end === 'number';
      return [
        { source: String(url ?? file), ...(isPlaced && { words: text.slice(start, end), isOwn: true }) },
      ];
    });
}

/**
 * Returns the citations of Chat Completions, whose vendors report them in different members: as `annotations` of a message (OpenAI,
 * OpenRouter), as `citations` or `search_results` of the response (Perplexity, xAI), or in `executed_tools` of a message (Groq).
 */
function ofChat(recording: Recording): readonly Cited[] {
  const { streamed } = recording.expected;
  const chunks = streamed ? eventsOf(recording) : [bodyOf(recording)];
  const messages = chunks
    .map(({ choices }) => asRecord(asList(choices)[0]))
    .map((choice) => {
      return asRecord(streamed ? (choice['delta'] ?? choice['message']) : choice['message']);
    });
  const text = messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('');
  const fromAnnotations = messages.flatMap(({ annotations }) => citationsOfAnnotations(text, annotations));
  const last = chunks.findLast(
    ({ citations, search_results: found }) => asList(citations ?? found).length > 0,
  );
  const urls = asList(last?.['citations'] ?? last?.['search_results']);
  const sources = urls.map((one) => ({
    source: String(typeof one === 'string' ? one : asRecord(one)['url']),
  }));
  const executed = messages.flatMap(({ executed_tools: tools }) => asList(tools).map(asRecord));
  const found = executed.flatMap(({ search_results: all }) => asList(asRecord(all)['results']).map(asRecord));
  return [...fromAnnotations, ...sources, ...found.map(({ url }) => ({ source: String(url) }))];
}

function ofGemini(recording: Recording): readonly Cited[] {
  const candidates = geminiCandidates(recording);
  const groundings = candidates.map(({ groundingMetadata: grounding }) => asRecord(grounding));
  const { groundingChunks: chunks, groundingSupports: supports } =
    groundings.findLast(({ groundingChunks }) => groundingChunks !== undefined) ?? {};
  const sources = asList(chunks).map((chunk) => {
    const source = asRecord(Object.values(asRecord(chunk))[0]);
    return String(source['uri'] ?? source['documentName'] ?? source['title'] ?? source['fileSearchStore']);
  });
  const pieces = asList(supports).map(asRecord);
  const grounded =
    pieces.length === 0
      ? sources.map((source) => ({ source }))
      : pieces.flatMap(({ segment, groundingChunkIndices: at }) =>
          asList(at).map((index) => {
            const words = String(asRecord(segment)['text']);
            return { source: String(sources[Number(index)]), words, isOwn: true };
          }),
        );
  const quoted = candidates
    .flatMap(({ citationMetadata }) => asList(asRecord(citationMetadata)['citations']).map(asRecord))
    .map(({ uri, title }) => ({ source: String(uri === undefined || uri === '' ? title : uri) }));
  return [...grounded, ...quoted];
}

type Loose = Readonly<Record<string, unknown>>;
