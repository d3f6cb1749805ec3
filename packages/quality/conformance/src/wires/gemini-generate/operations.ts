import { asList, asNumber, asRecord, asText, problem } from '@majordomo/core/toolkit';
import { sseFrame } from '@majordomo/testing/internal';
import { endpoint, inputTokens, jsonReply, piecesOf } from '../operations/operation.ts';
import { mediaOf, type Members, objectsIn, ofKind, stringOf, textOf } from '../members.ts';
import type { WireOperation } from '../wire.ts';
import { camelCased } from './spelling.ts';

// Embeddings: embedContent, batchEmbedContents and Vertex's predict. Speech and transcripts: generateContent. Sources: types of
// @google/genai 3.1 and ai.google.dev/gemini-api/docs, 2026-11.

const modelIn = (path: string): string => /models\/([^/:]+):/.exec(path)?.[1] ?? '';

const textIn = (content: unknown): string => textOf(asRecord(content)['parts']);

/** Returns the strings and the dimensions of an embedding request: a batch, a single content, or the instances of Vertex AI. */
function embeddingOf(body: unknown): {
  readonly values: readonly string[];
  readonly dimensions: number | undefined;
} {
  const { requests, content, outputDimensionality, instances, parameters } = asRecord(camelCased(body));
  const batch = objectsIn(requests);
  const [first = {}] = batch;
  const size =
    first['outputDimensionality'] ?? outputDimensionality ?? asRecord(parameters)['outputDimensionality'];
  const values = [
    ...batch.map((request) => textIn(request['content'])),
    ...(content === undefined ? [] : [textIn(content)]),
    ...objectsIn(instances).map((each) => stringOf(each['content'])),
  ];
  return { values, dimensions: asNumber(size) };
}

const EMBED = /:(?:batchEmbedContents|embedContent|predict)(?:\?|$)/;

const embeddings = endpoint('embedding', {
  path: EMBED,
  shape: (body) =>
    embeddingOf(body).values.includes('') ? problem('content must not be empty', 'missing-key') : undefined,
  read: (body, path) => ({
    model: modelIn(path),
    ...embeddingOf(body),
    format: EMBED.exec(path)?.[0].replace(/^:|\?$/g, ''),
  }),
  answer(turn, { format }) {
    const vectors = turn.vectors.map((vector) => [...vector]);
    const tokens = inputTokens(turn);
    if (format === 'predict') {
      const statistics = { truncated: false, token_count: tokens };
      return jsonReply({ predictions: vectors.map((values) => ({ embeddings: { values, statistics } })) });
    }
    const embedded = vectors.map((values) => ({ values }));
    const usageMetadata = { promptTokenCount: tokens };
    return jsonReply(
      format === 'embedContent'
        ? { embedding: embedded[0], usageMetadata }
        : { embeddings: embedded, usageMetadata },
    );
  },
});

const GENERATE = /:(?:streamGenerateContent|generateContent)(?:\?|$)/;

const isStreamed = (path: string): boolean => path.includes(':streamGenerateContent');

const configOf = (body: unknown): Members => asRecord(asRecord(camelCased(body))['generationConfig']);

const partsIn = (body: unknown): readonly Members[] =>
  objectsIn(asRecord(camelCased(body))['contents']).flatMap(({ parts }) => objectsIn(parts));

const speaks = (body: unknown): boolean => asList(configOf(body)['responseModalities']).includes('AUDIO');

/** Speech endpoint. It sends raw samples as base64, in one body or in one event per chunk. */
const speech = endpoint('speech', {
  path: GENERATE,
  isOwn: speaks,
  read: (body, path) => ({
    model: modelIn(path),
    streamed: isStreamed(path),
    text: textOf(partsIn(body)),
  }),
  answer(turn, { streamed }) {
    const { audio, mediaType = 'audio/L16;codec=pcm;rate=24000' } = turn;
    const parts = piecesOf(audio).map((bytes) => ({
      inlineData: { mimeType: mediaType, data: Buffer.from(bytes).toString('base64') },
    }));
    const output = turn.usage?.output ?? 5;
    const usageMetadata = {
      promptTokenCount: inputTokens(turn),
      candidatesTokenCount: output,
      totalTokenCount: inputTokens(turn) + output,
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: output }],
    };
    const body = (some: readonly object[], finishReason?: string): object => ({
      candidates: [
        {
          content: { parts: some, role: 'model' },
          ...(finishReason !== undefined && { finishReason }),
          index: 0,
        },
      ],
      usageMetadata,
    });
    if (!streamed) return jsonReply(body(parts, 'STOP'));
    const bodies = parts.map((part, n) => body([part], n === parts.length - 1 ? 'STOP' : undefined));
    return {
      headers: { 'content-type': 'text/event-stream' },
      pieces: bodies.map(
        (each) => sseFrame('content', JSON.stringify(each), undefined, { newline: '\r\n' }).bytes,
      ),
    };
  },
});

const recordingIn = (body: unknown): Members | undefined =>
  ofKind(partsIn(body), 'inlineData').find(({ mimeType }) => stringOf(mimeType).startsWith('audio/'));

/** Transcription endpoint, which is a chat with a recording. The answer is the transcript as text, or segments as JSON. */
const transcriptions = endpoint('transcription', {
  path: GENERATE,
  isOwn: (body, path) => !isStreamed(path) && !speaks(body) && recordingIn(body) !== undefined,
  read(body, path) {
    const { mimeType, data } = recordingIn(body) ?? {};
    return {
      model: modelIn(path),
      audio: mediaOf(stringOf(mimeType), stringOf(data)),
      format: asText(configOf(body)['responseMimeType']),
    };
  },
  answer(turn, { format }) {
    const { transcript, language = 'en', segments = [] } = turn;
    const timed = segments.map(({ text, startMs, endMs }) => ({
      text,
      start: startMs / 1000,
      end: endMs / 1000,
    }));
    const text = format === 'application/json' ? JSON.stringify({ language, segments: timed }) : transcript;
    const output = turn.usage?.output ?? 5;
    const content = { parts: [{ text }], role: 'model' };
    return jsonReply({
      candidates: [{ content, finishReason: 'STOP', index: 0 }],
      usageMetadata: {
        promptTokenCount: inputTokens(turn),
        candidatesTokenCount: output,
        totalTokenCount: inputTokens(turn) + output,
        promptTokensDetails: [{ modality: 'AUDIO', tokenCount: inputTokens(turn) }],
      },
    });
  },
});

/** Endpoints of Gemini for operations other than chat. */
export const geminiOperations: readonly WireOperation[] = [embeddings, speech, transcriptions];
