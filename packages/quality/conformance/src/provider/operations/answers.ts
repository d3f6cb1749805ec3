import type { ModerationResult, Usage } from '@majordomo/core';
import type { OperationAnswer, OperationName } from '@majordomo/testing';
import type { Exchange } from '../../server/exchange.ts';

/** Token counts of valid answers. They differ from the default counts of all wires. */
export const TOKENS = { input: 7, output: 3 } as const;
/** Audio in two chunks. */
export const AUDIO_CHUNKS: readonly [Uint8Array, Uint8Array] = [
  new TextEncoder().encode(`ID3${' first'.repeat(300)}`),
  new TextEncoder().encode(' second'.repeat(300)),
];
/** Duration of the recording in seconds. */
export const RECORDING_SECONDS = 2.5;

/** Usage of valid answers. */
export const USAGE: Usage = { ...TOKENS, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };

const SEGMENTS = [
  { text: 'Hello', startMs: 0, endMs: 1250 },
  { text: 'there.', startMs: 1250, endMs: 2500 },
] as const;

/** Returns a script that gives a valid answer to each request of an operation. The script receives the number of dimensions. */
export const validAnswers =
  (operation: OperationName) =>
  (size: number) =>
  (exchange: Exchange): OperationAnswer =>
    validAnswer(operation, exchange, size);

/** Returns a valid answer to a request. Embedded strings of different lengths get different vectors. */
export function validAnswer(
  operation: OperationName,
  { operation: request }: Exchange,
  size: number,
): OperationAnswer {
  switch (operation) {
    case 'embedding': {
      const { values = [], dimensions = size } = request ?? {};
      return { vectors: values.map((value) => vectorOf(value, dimensions)), usage: USAGE };
    }
    case 'transcription':
      return {
        transcript: 'Hello there.',
        durationMs: RECORDING_SECONDS * 1000,
        language: 'en',
        segments: SEGMENTS,
        usage: USAGE,
      };
    case 'speech':
      return { audio: AUDIO_CHUNKS, usage: USAGE };
    case 'rerank':
      // The scores ascend, so that a provider must sort the results, and the first one is negative.
      return {
        ranking: (request?.values ?? []).map((_, index) => ({ index, score: index - 1 })),
        usage: USAGE,
      };
    case 'moderation':
      return { verdicts: (request?.values ?? []).map(verdictOf), usage: USAGE };
    case 'classification':
      return {
        distributions: Object.fromEntries(
          (request?.questions ?? []).map(({ name }) => [name, DISTRIBUTIONS[name] ?? []]),
        ),
        usage: USAGE,
      };
    default:
      return operation satisfies never;
  }
}

/** Questions of a classification, one of each type. */
export const QUESTIONS: {
  readonly refund: { readonly type: 'predicate'; readonly instructions: string };
  readonly team: {
    readonly type: 'choice';
    readonly instructions: string;
    readonly choices: Readonly<Record<'billing' | 'tech "1"' | 'other', string>>;
  };
  readonly severity: {
    readonly type: 'score';
    readonly instructions: string;
    readonly levels: readonly string[];
  };
} = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
  team: {
    type: 'choice',
    instructions: 'Which team answers?',
    choices: { billing: 'Payments', 'tech "1"': '', other: 'Anything else' },
  },
  severity: {
    type: 'score',
    instructions: 'How severe is it?',
    levels: ['cosmetic', 'has a workaround', 'blocks'],
  },
};

/** Probabilities of valid answers, each with two decimals. */
export const DISTRIBUTIONS: Readonly<Record<string, readonly number[]>> = {
  refund: [0.98, 0.02],
  team: [0.25, 0.7, 0.05],
  severity: [0, 0.25, 0.75],
};

/** Returns the result for a value to classify, with a category that is named after this value. */
export const verdictOf = (value: string): ModerationResult => ({
  flagged: value.includes('bad'),
  categories: { [value]: value.includes('bad') },
  scores: { [value]: 0.25 },
});

/** Returns a vector of length 1 and `size` dimensions, with a negative element. Its direction depends on the text's length. */
export function vectorOf(value: string, size: number): Float32Array {
  const vector = new Float32Array(size);
  vector[value.length % size] = 0.6;
  vector[(value.length + 1) % size] = -0.8;
  return vector;
}
