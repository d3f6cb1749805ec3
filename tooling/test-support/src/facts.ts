import type { AssistantPart, ToolCallPart, Usage } from '@majordomo/core';
import type { Expected } from './recordings.ts';

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

/** Returns the facts of a response in the form of a recording. The id is compared if the server sent one. */
export const facts = (
  { error, text, parts, toolCalls, rawFinish, usage }: Read,
  expected: Expected,
): object =>
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
export const expectedFacts = (
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
