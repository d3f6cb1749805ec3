import type { SpeechRequest, TranscriptSegment } from '@majordomo/core';
import {
  anything,
  asList,
  asNumber,
  asRecord,
  asText,
  list,
  number,
  object,
  open,
  text,
  textOr,
} from '@majordomo/core/toolkit';
import type { DistributionsTurn, TranscriptTurn } from '@majordomo/testing';
import { stringOf } from '../members.ts';
import { count, isString } from '../shape.ts';
import type { OperationRequest, WireOperation, WireQuestion } from '../wire.ts';
import { isFile } from './form.ts';
import { endpoint, inputTokens, jsonReply, rankingJson, soundReply, textReply } from './operation.ts';

// Operations of OpenAI other than chat, also of compatible vendors. Source, except for /rerank: types of openai 7.55.

const embeddings = endpoint('embedding', {
  path: /\/embeddings(?:\?|$)/,
  read: ({ input, dimensions, output_dimension: size = dimensions, encoding_format: format }) => ({
    values: isString(input) ? [input] : asList(input).filter(isString),
    dimensions: asNumber(size),
    format: asText(format),
  }),
  // Compatible vendors accept additional fields.
  shape: open(
    { model: text, input: textOr(list(text, 1, 2048)) },
    { dimensions: count, encoding_format: text },
  ),
  answer(turn, { format, model }) {
    const data = turn.vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: format === 'base64' ? base64(vector) : [...vector],
    }));
    const tokens = inputTokens(turn);
    const usage = { prompt_tokens: tokens, total_tokens: tokens };
    return jsonReply({ object: 'list', data, model, usage }, REQUEST_ID);
  },
});

const REQUEST_ID = { 'x-request-id': 'req_test' };

/** Returns a vector as base64 of little-endian floats. */
const base64 = (vector: Float32Array | readonly number[]): string =>
  Buffer.from(Float32Array.from(vector).buffer).toString('base64');

const transcriptions = endpoint('transcription', {
  path: /\/audio\/transcriptions(?:\?|$)/,
  read: ({ file, response_format: format }) => ({
    audio: isFile(file) ? { mediaType: file.mediaType, bytes: file.bytes } : undefined,
    format: asText(format),
  }),
  shape: object(
    { model: text, file: anything },
    {
      language: text,
      prompt: text,
      response_format: text,
      temperature: text,
      chunking_strategy: text,
      stream: text,
      'include[]': text,
      'timestamp_granularities[]': text,
    },
  ),
  answer: (turn, { format }) => jsonReply(transcriptBody(turn, format), REQUEST_ID),
});

/** Returns the transcript in the requested format. The format `json` contains no timestamps. */
function transcriptBody(turn: TranscriptTurn, format: string | undefined): object {
  const { transcript, language, durationMs, segments = [], usage } = turn;
  const seconds = durationMs === undefined ? undefined : durationMs / 1000;
  const counted = {
    type: 'tokens',
    input_tokens: inputTokens(turn),
    output_tokens: usage?.output ?? 5,
    input_token_details: { audio_tokens: inputTokens(turn), text_tokens: 0 },
    total_tokens: inputTokens(turn) + (usage?.output ?? 5),
  };
  const body = {
    text: transcript,
    usage: seconds === undefined || usage !== undefined ? counted : { type: 'duration', seconds },
  };
  if (format === undefined || format === 'json') return body;
  return { task: 'transcribe', language, duration: seconds, ...body, segments: segments.map(segmentOf) };
}

const segmentOf = ({ text: spoken, startMs, endMs, speaker }: TranscriptSegment, id: number): object => ({
  id,
  start: startMs / 1000,
  end: endMs / 1000,
  text: spoken,
  ...(speaker !== undefined && { speaker, type: 'transcript.text.segment' }),
});

const speech = endpoint('speech', {
  path: /\/audio\/speech(?:\?|$)/,
  read: ({ input, response_format: format }) => ({ text: asText(input), format: asText(format) }),
  shape: object(
    { model: text, input: text },
    {
      voice: anything,
      response_format: text,
      speed: number(0.25, 4),
      instructions: text,
      stream_format: text,
    },
  ),
  answer: (turn, request) => soundReply(turn, usualType(request), REQUEST_ID),
});

const TYPES: Readonly<Record<NonNullable<SpeechRequest['format']>, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  pcm: 'audio/pcm',
};

const usualType = ({ format = 'mp3' }: OperationRequest): string =>
  format in TYPES ? TYPES[format as keyof typeof TYPES] : TYPES.mp3;

// Sources of rerank: cohere-ai 8.1 for /v2/rerank, voyageai 0.4 for `top_k`, and the servers of Jina, vLLM and llama.cpp.
const rerank = endpoint('rerank', {
  path: /\/rerank(?:\?|$)/,
  read({ query, documents, top_k: k }, path) {
    // Form of the response: `searches` of Cohere, `data` of Voyage, and `results` of the others.
    const format = path.endsWith('/v2/rerank') ? 'searches' : k === undefined ? 'results' : 'data';
    return {
      text: asText(query),
      values: asList(documents).filter(isString),
      format,
    };
  },
  shape: object({ model: text, query: text, documents: list(text, 1, 1000) }, { top_n: count, top_k: count }),
  answer(turn, { format }) {
    const name = format === 'data' ? 'data' : 'results';
    const counts =
      format === 'searches'
        ? '"meta":{"billed_units":{"search_units":1}}'
        : `"usage":{"total_tokens":${inputTokens(turn)}}`;
    return textReply(`{"id":"r1","${name}":${rankingJson(turn)},${counts}}`, REQUEST_ID);
  },
});

const moderations = endpoint('moderation', {
  path: /\/moderations(?:\?|$)/,
  read: ({ input }) => ({
    values: asList(input).map(
      (value) => asText(value) ?? stringOf(asRecord(asRecord(value)['image_url'])['url']),
    ),
  }),
  shape: object({ model: text, input: list(anything, 1, 2048) }, {}),
  answer: ({ verdicts }) => {
    const results = verdicts.map(({ flagged, categories, scores }) => ({
      flagged,
      categories,
      category_scores: scores,
    }));
    return jsonReply({ id: 'modr-1', model: 'm', results }, REQUEST_ID);
  },
});

const decisions = endpoint('classification', {
  path: /\/decisions(?:\?|$)/,
  read: ({ input, questions }) => ({ text: asText(input), questions: asList(questions).map(questionIn) }),
  shape: object(
    { model: text, input: anything, questions: list(anything, 1, 400) },
    { prompt_cache_key: text, safety_identifier: text },
  ),
  answer(turn, { questions, model }) {
    const answers = questions
      .filter(({ name }) => name === turn.refuses || name in turn.distributions)
      .map((question) => decisionAnswer(question, turn));
    const tokens = inputTokens(turn);
    const output = turn.usage?.output ?? 1;
    const usage = {
      input_tokens: tokens,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: tokens + output,
    };
    return jsonReply({ model, answers, usage }, REQUEST_ID);
  },
});

function questionIn(question: unknown): WireQuestion {
  const { name, type, instructions, choices, levels } = asRecord(question);
  return {
    name: stringOf(name),
    type: typeOf(type),
    instructions: stringOf(instructions),
    options: [
      ...asList(choices).map((choice) => stringOf(asRecord(choice)['value'])),
      ...asList(levels).map((level) => stringOf(asRecord(level)['label'])),
    ],
  };
}

const typeOf = (type: unknown): WireQuestion['type'] =>
  type === 'choice' || type === 'score' ? type : 'predicate';

/**
 * Returns an answer of OpenAI's Decisions API. Source: types of openai 7.55. `score`, `choice` and `confidence` are constant, because
 * clients must calculate the first two from the probabilities.
 */
function decisionAnswer({ name, type, options }: WireQuestion, turn: DistributionsTurn): object {
  if (name === turn.refuses) return { type: 'refusal', name };
  const probabilities = turn.distributions[name] ?? [];
  if (type === 'predicate') return { type, name, probability: probabilities[0] };
  const confidence = 0.5;
  if (type === 'score') {
    const levels = probabilities.map((probability, value) => ({ label: options[value], value, probability }));
    return { type, name, score: 0, confidence, probabilities: levels };
  }
  const choices = probabilities.map((probability, index) => ({ value: options[index], probability }));
  return { type, name, choice: options[0], confidence, probabilities: choices };
}

// TypeSafe and OpenRouter. Source: types of @openrouter/sdk 1.3.19.
const systemOne = endpoint('classification', {
  path: /\/systemone(?:\?|$)/,
  read: ({ state, questions }) => ({
    text: asText(state),
    questions: Object.entries(asRecord(questions)).map(([name, question]) => {
      const { type, instructions, criteria } = asRecord(question);
      return {
        name,
        type: typeOf(type),
        instructions: stringOf(instructions),
        options: type === 'choice' ? Object.keys(asRecord(criteria)) : asList(criteria).filter(isString),
      };
    }),
  }),
  shape: object({ model: text, state: anything, questions: anything }, { assets: anything }),
  answer(turn, { questions }) {
    const refused = questions.find(({ name }) => name === turn.refuses);
    const answers = questions
      .filter(({ name }) => name in turn.distributions && name !== refused?.name)
      .map((question) => [question.name, systemOneAnswer(question, turn)] as const);
    const usage = { input_tokens: inputTokens(turn), output_tokens: turn.usage?.output ?? 1, cost: 0.0001 };
    return jsonReply({ answers: Object.fromEntries(answers), usage }, REQUEST_ID);
  },
});

function systemOneAnswer({ name, type, options }: WireQuestion, turn: DistributionsTurn): object {
  const probabilities = turn.distributions[name] ?? [];
  if (type === 'predicate') return { type: 'noul', noul: probabilities[0] };
  const keys = type === 'score' ? probabilities.map((_, at) => String(at)) : options;
  const byKey = Object.fromEntries(probabilities.map((probability, at) => [keys[at] ?? at, probability]));
  return type === 'score'
    ? { type, score: 0, probabilities: byKey }
    : { type, choice: options[0], probabilities: byKey };
}

/** Endpoints of OpenAI and compatible servers for operations other than chat. */
export const openaiOperations: readonly WireOperation[] = [
  embeddings,
  transcriptions,
  speech,
  rerank,
  moderations,
  decisions,
  systemOne,
];
