import type { OperationAnswer, OperationName } from '@majordomo/testing';
import type { Exchange } from '../../server/exchange.ts';

/** Tokens that no default says. */
export const TOKENS = { input: 7, output: 3 } as const;
/** In two pieces. */
export const SOUND: readonly [Uint8Array, Uint8Array] = [
  new TextEncoder().encode(`ID3${' first'.repeat(300)}`),
  new TextEncoder().encode(' second'.repeat(300)),
];
/** Of the recording. */
export const SECONDS = 2.5;

const usage = { ...TOKENS, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };

const SEGMENTS = [
  { text: 'Hello', startMs: 0, endMs: 1250 },
  { text: 'there.', startMs: 1250, endMs: 2500 },
] as const;

/** A sound answer of each operation; vectors are told apart by the texts. */
export function invoke(
  operation: OperationName,
  { operation: asked }: Exchange,
  size: number,
): OperationAnswer {
  switch (operation) {
    case 'embedding': {
      const { values = [], dimensions = size } = asked ?? {};
      return { vectors: values.map((value) => vectorOf(value, dimensions)), usage };
    }
    case 'transcription':
      return {
        transcript: 'Hello there.',
        durationMs: SECONDS * 1000,
        language: 'en',
        segments: SEGMENTS,
        usage,
      };
    case 'speech':
      return { audio: SOUND, usage };
    default:
      return operation satisfies never;
  }
}

/** The direction says which text it was: its length. Of length 1, with a number below zero. */
export function vectorOf(value: string, size: number): Float32Array {
  const vector = new Float32Array(size);
  vector[value.length % size] = 0.6;
  vector[(value.length + 1) % size] = -0.8;
  return vector;
}
