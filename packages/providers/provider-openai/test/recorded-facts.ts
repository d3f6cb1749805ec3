import type { ErrorKind } from '@majordomo/core';
import { reasoningOf } from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { expect } from 'vitest';
import type { Exception } from './exceptions.ts';

export type Facts = Record<Exception['field'], unknown>;

/** Returns a response as facts. */
export const factsOf = ({ text, parts, toolCalls, rawFinish, usage, error }: Collected): Facts => ({
  text,
  reasoning: reasoningOf(parts),
  toolCalls: toolCalls.map(({ id, name, args, invalid }) => ({
    id,
    name,
    args: invalid === undefined ? args : null,
  })),
  finish: rawFinish,
  usage: usage && { input: usage.input, output: usage.output },
  error: error && { kind: error.kind, status: error.details.status },
});

/** Returns the facts of a response that ended with an error of one of these kinds. */
export const failureFacts = (kinds: readonly (string | undefined)[], status: number | undefined): Facts => ({
  text: expect.any(String),
  reasoning: expect.any(String),
  toolCalls: expect.any(Array),
  finish: undefined,
  usage: undefined,
  error: { kind: expect.toSatisfy((kind: ErrorKind) => kinds.includes(kind)), status },
});

/** Returns the facts without the fields that the recording's exceptions name. */
export function withoutExceptions(
  facts: Facts,
  exceptions: readonly Exception[],
  id: string,
): Partial<Facts> {
  const excepted = exceptions.filter((exception) => exception.id === id).map(({ field }) => field);
  return Object.fromEntries(
    Object.entries(facts).filter(([field]) => !excepted.some((name) => name === field)),
  );
}
