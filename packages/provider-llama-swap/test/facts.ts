import type { Collected } from '@majordomo/testing';
import { expect } from 'vitest';
import type { Expected } from './recordings.ts';

/** What was read, in the words of a recording's facts. Ids are compared where the server gave one. */
export const facts = (
  { error, text, parts, toolCalls, rawFinish, usage }: Collected,
  expected: Expected,
): object =>
  error === undefined
    ? {
        text,
        reasoning: parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join(''),
        toolCalls: toolCalls.map(({ id, name, args }, n) => ({
          id: expected.toolCalls[n]?.id === undefined ? undefined : id,
          name,
          args,
        })),
        rawFinish,
        input: usage?.input,
        output: usage?.output,
      }
    : { kind: error.kind, status: error.details.status };

export const expectedFacts = (expected: Expected): object => {
  const { error, text, reasoning, toolCalls, finishReasonRaw, usageRaw } = expected;
  return error === null || error === undefined
    ? {
        text,
        reasoning,
        toolCalls: toolCalls.map(({ id, name, arguments: args }) => ({ id, name, args })),
        rawFinish: finishReasonRaw ?? undefined,
        input: usageRaw?.['prompt_tokens'],
        output: usageRaw?.['completion_tokens'],
      }
    : { kind: expect.toSatisfy((kind) => kinds(error.kind).includes(kind)), status: error.status };
};

/** The facts' kinds are coarse: what their text may sharpen them to. */
const kinds = (kind: string): readonly unknown[] =>
  kind === 'invalid-request' ? [kind, 'context-overflow'] : [kind];
