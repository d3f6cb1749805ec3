import { createHash } from 'node:crypto';
import type { AssistantPart, LlmError, ToolCallPart, Usage } from '@majordomo/core';
import { expect } from 'vitest';
import type { Expected, Recording } from './recordings.ts';

/** Facts of a response that a recording contains. */
export interface Read {
  readonly text: string;
  readonly parts: readonly AssistantPart[];
  readonly toolCalls: readonly ToolCallPart[];
  readonly rawFinish: string | undefined;
  readonly usage: Usage | undefined;
  readonly error?:
    | { readonly kind: string; readonly details: { readonly status?: number | undefined } }
    | undefined;
}

/** Returns a check of the facts of a chat; `input` and `output` are the names of the totals on the wire. */
export const checkFacts =
  (input: string, output: string) =>
  (response: Read, { expected }: Recording): void => {
    expect(facts(response, expected)).toEqual(expectedFacts(expected, input, output));
  };

/** Returns the facts of a response in the form of a recording. The id is compared if the server sent one. */
const facts = ({ error, text, parts, toolCalls, rawFinish, usage }: Read, expected: Expected): object =>
  error === undefined
    ? {
        text,
        reasoning: reasoningOf(parts),
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

/** Returns the facts of a recording; `input` and `output` are the names of the totals on the wire. */
const expectedFacts = (
  { error, text, reasoning, toolCalls, finishReasonRaw, usageRaw }: Expected,
  input: string,
  output: string,
): object =>
  error === null
    ? {
        text,
        reasoning,
        toolCalls: toolCalls.map(({ id, name, arguments: args }) => ({ id, name, args })),
        rawFinish: finishReasonRaw ?? undefined,
        input: usageRaw?.[input],
        output: usageRaw?.[output],
      }
    : { kind: error.kind, status: error.status };

/** Returns the reasoning of all parts. */
export const reasoningOf = (parts: readonly AssistantPart[]): string =>
  parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');

/** Kinds of an error for each recorded kind, which considers the status only. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  permission: ['auth'],
  'not-found': ['not-found'],
  'rate-limit': ['rate-limit'],
  'invalid-request': ['invalid-request', 'context-overflow'],
};

/** Throws if an error differs from a recorded one in its status, or has a kind that the recorded kind excludes. */
export function checkError(error: LlmError | undefined, { expected, status }: Recording): void {
  expect(error).toMatchObject({ name: 'LlmError', details: { status } });
  expect(KINDS[expected.error?.kind ?? '']).toContain(error?.kind);
}

/** Returns the hash with which recordings contain a signature. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
