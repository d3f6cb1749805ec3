import type { ErrorKind } from '@majordomo/core';
import { reasoningOf, type Cut, type Recording } from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { expect, test } from 'vitest';
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
function withoutExceptions(facts: Facts, exceptions: readonly Exception[], id: string): Partial<Facts> {
  const excepted = exceptions.filter((exception) => exception.id === id).map(({ field }) => field);
  return Object.fromEntries(
    Object.entries(facts).filter(([field]) => !excepted.some((name) => name === field)),
  );
}

/** Tests that each recording results in its facts, however the server cuts the response into pieces. */
export function testFacts(
  cases: readonly Recording[],
  play: (recording: Recording, cut: Cut) => Promise<Collected>,
  expectedOf: (recording: Recording) => Facts,
  exceptions: readonly Exception[],
  minCases: number,
): void {
  test.each(cases)('$id results in its facts', async (recording) => {
    const without = (facts: Facts) => withoutExceptions(facts, exceptions, recording.id);
    expect(without(factsOf(await play(recording, 'random')))).toEqual(without(expectedOf(recording)));
  });

  test.each(cases.filter(({ expected, status }) => expected.streamed && status === 200))(
    '$id gives the same when it comes byte by byte',
    async (recording) => {
      const [bytes, random] = await Promise.all([play(recording, 'bytes'), play(recording, 'random')]);
      expect(factsOf(bytes)).toEqual(factsOf(random));
    },
  );

  test('has at most 2 % exceptions', () => {
    expect(cases.length).toBeGreaterThan(minCases);
    expect(new Set(exceptions.map(({ id }) => id)).size).toBeLessThanOrEqual(cases.length * 0.02);
  });
}
