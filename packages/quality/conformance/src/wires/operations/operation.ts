import type {
  OperationAnswer,
  OperationName,
  AudioTurn,
  DistributionsTurn,
  RankingTurn,
  TranscriptTurn,
  VectorsTurn,
  VerdictsTurn,
} from '@majordomo/testing';
import { asRecord, type Check } from '@majordomo/core/toolkit';
import { ANSWER_MEMBERS } from '../../script/step.ts';
import { type Members, stringOf } from '../members.ts';
import { violations } from '../shape.ts';
import type { OperationReply, OperationRequest, WireOperation } from '../wire.ts';

/** Answer of each operation. */
interface Answers {
  readonly embedding: VectorsTurn;
  readonly transcription: TranscriptTurn;
  readonly speech: AudioTurn;
  readonly rerank: RankingTurn;
  readonly moderation: VerdictsTurn;
  readonly classification: DistributionsTurn;
}

/** Description of an endpoint. */
interface Endpoint<Answer> {
  readonly path: RegExp;
  /** Whether a request is for this endpoint, on wires whose operations share a path. `@default` every request of the path */
  readonly isOwn?: (body: Members, path: string) => boolean;
  /** Check of a body. `@default` the function `validate` of the wire */
  readonly shape?: Check;
  /** Returns the contents of a request that differ from those of a request without contents. The model is in the body by default. */
  readonly read: (body: Members, path: string) => Partial<OperationRequest>;
  readonly answer: (answer: Answer, request: OperationRequest) => OperationReply;
}

/** Creates an endpoint of an operation. */
export const endpoint = <Operation extends OperationName>(
  operation: Operation,
  { path, isOwn = () => true, shape, read, answer }: Endpoint<Answers[Operation]>,
): WireOperation => ({
  operation,
  accepts: (method, url, body) => method === 'POST' && path.test(url) && isOwn(asRecord(body), url),
  read: (url, body) => ({
    model: stringOf(asRecord(body)['model']),
    streamed: false,
    values: [],
    questions: [],
    dimensions: undefined,
    audio: undefined,
    text: undefined,
    format: undefined,
    ...read(asRecord(body), url),
    operation,
  }),
  validate: shape && ((body) => violations(body, [shape])),
  answer(given, request) {
    if (!(ANSWER_MEMBERS[operation] in given))
      throw new Error(`is not an answer to a request for ${operation}`);
    return answer(given as Answers[Operation], request);
  },
});

const encoder = new TextEncoder();

/** Returns a response with a complete JSON body. */
export const jsonReply = (body: unknown, headers: OperationReply['headers'] = {}): OperationReply =>
  textReply(JSON.stringify(body), headers);

/** Returns a response with audio as its body. */
export const soundReply = (
  { audio, mediaType }: AudioTurn,
  usual: string,
  headers: OperationReply['headers'] = {},
): OperationReply => ({
  headers: { 'content-type': mediaType ?? usual, ...headers },
  pieces: piecesOf(audio),
});

export const piecesOf = (audio: AudioTurn['audio']): readonly Uint8Array[] =>
  audio instanceof Uint8Array ? [audio] : audio;

/** Returns the default answer to a request, for a fault that specifies no `answer`. */
export function usualAnswer({
  operation,
  values,
  questions,
  dimensions = 8,
}: OperationRequest): OperationAnswer {
  switch (operation) {
    case 'embedding':
      return { vectors: values.map((_, at) => unit(dimensions, at)) };
    case 'transcription':
      return { transcript: 'Hello from the test server.' };
    case 'speech':
      return { audio: encoder.encode(`ID3${' sound'.repeat(40)}`) };
    case 'rerank':
      return { ranking: values.map((_, index) => ({ index, score: 0.5 })) };
    case 'moderation':
      return { verdicts: values.map(() => ({ flagged: false, categories: {}, scores: {} })) };
    case 'classification':
      return { distributions: evenly(questions) };
    default:
      return operation satisfies never;
  }
}

/** Returns equal probabilities for the options of each question. */
function evenly(questions: OperationRequest['questions']): DistributionsTurn['distributions'] {
  return Object.fromEntries(
    questions.map(({ name, options }) => {
      const count = options.length === 0 ? 2 : options.length;
      return [name, Array.from({ length: count }, () => 1 / count)];
    }),
  );
}

/**
 * Returns the results of a rerank response as JSON. Writes an infinite score as `1e999`, which JSON parsers read as `Infinity`.
 * Writes a ranking that is not an array unchanged.
 */
export function rankingJson({ ranking }: RankingTurn): string {
  if (!Array.isArray(ranking)) return JSON.stringify(ranking);
  const results = ranking.map(
    ({ index, score }) =>
      `{"index":${JSON.stringify(index)},"relevance_score":${score === Infinity ? '1e999' : JSON.stringify(score)}}`,
  );
  return `[${results.join(',')}]`;
}

/** Returns a response with `json` as its complete body. */
export const textReply = (json: string, headers: OperationReply['headers'] = {}): OperationReply => ({
  headers: { 'content-type': 'application/json', ...headers },
  pieces: [encoder.encode(json)],
});

const unit = (size: number, at: number): Float32Array =>
  Float32Array.from({ length: size }, (_, place) => (place === at % size ? 1 : 0));

/** Returns the input tokens that an answer specifies, otherwise the default count of a chat. */
export const inputTokens = ({ usage }: OperationAnswer): number => usage?.input ?? 12;
