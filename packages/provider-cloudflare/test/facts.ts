import type { Collected } from '@majordomo/testing';
import type { Expected } from './recordings.ts';

/** What was read, in the words of a recording's facts. Ids are compared where the server gave one. */
export const facts = (
  { error, text, parts, toolCalls, rawFinish, usage }: Read,
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

export type Read = Pick<Collected, 'text' | 'parts' | 'toolCalls' | 'rawFinish' | 'usage'> & {
  readonly error?:
    { readonly kind: string; readonly details: { readonly status?: number | undefined } } | undefined;
};

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
    : { kind: error.kind, status: error.status };
};
