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
import type { OperationReply, OperationRequest, WireOperation } from '../wire.ts';

interface Facts<Answer> extends Pick<WireOperation, 'accepts' | 'validate'> {
  readonly read: (path: string, body: unknown) => Partial<OperationRequest> & Pick<OperationRequest, 'model'>;
  readonly answer: (answer: Answer, request: OperationRequest) => OperationReply;
}

/** Creates an endpoint that returns vectors. */
export const embeddingEndpoint = (facts: Facts<VectorsTurn>): WireOperation =>
  endpoint('embedding', facts, (answer) => ('vectors' in answer ? answer : undefined));

/** Creates an endpoint that returns transcripts. */
export const transcriptionEndpoint = (facts: Facts<TranscriptTurn>): WireOperation =>
  endpoint('transcription', facts, (answer) => ('transcript' in answer ? answer : undefined));

/** Creates an endpoint that returns audio. */
export const speechEndpoint = (facts: Facts<AudioTurn>): WireOperation =>
  endpoint('speech', facts, (answer) => ('audio' in answer ? answer : undefined));

/** Creates an endpoint that ranks documents. */
export const rerankEndpoint = (facts: Facts<RankingTurn>): WireOperation =>
  endpoint('rerank', facts, (answer) => ('ranking' in answer ? answer : undefined));

/** Creates an endpoint that classifies content. */
export const moderationEndpoint = (facts: Facts<VerdictsTurn>): WireOperation =>
  endpoint('moderation', facts, (answer) => ('verdicts' in answer ? answer : undefined));

/** Creates an endpoint that answers questions with probabilities. */
export const classificationEndpoint = (facts: Facts<DistributionsTurn>): WireOperation =>
  endpoint('classification', facts, (answer) => ('distributions' in answer ? answer : undefined));

function endpoint<Answer>(
  operation: OperationName,
  { read, answer, ...facts }: Facts<Answer>,
  own: (answer: OperationAnswer) => Answer | undefined,
): WireOperation {
  return {
    ...facts,
    operation,
    read: (path, body) => ({
      streamed: false,
      values: [],
      questions: [],
      dimensions: undefined,
      audio: undefined,
      text: undefined,
      format: undefined,
      ...read(path, body),
      operation,
    }),
    answer(given, request) {
      const fitting = own(given);
      if (fitting === undefined) throw new Error(`is not an answer to a request for ${operation}`);
      return answer(fitting, request);
    },
  };
}

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
