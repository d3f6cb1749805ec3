import { LlmError } from '../contract/llm-error.ts';
import type { AssistantPart } from '../contract/part.ts';
import type { FinishReason, StopDetails } from '../contract/response.ts';

/** No tool call, and nothing visible: none, white space, reasoning or the work of the vendor's tools alone. */
export function isEmptyAnswer(parts: readonly AssistantPart[]): boolean {
  return parts.every(
    (part) => part.type !== 'tool-call' && (part.type !== 'text' || part.text.trim() === ''),
  );
}

/** Reasons for which an empty answer is none; with `length`, reasoning alone is an answer. */
const MUST_HAVE_CONTENT: ReadonlySet<FinishReason> = new Set(['stop', 'tool-calls', 'other']);

/** The failure that a finish stands for, if it is one. */
export function judgeFinish(
  target: string,
  parts: readonly AssistantPart[],
  reason: FinishReason,
  details?: StopDetails,
): LlmError | undefined {
  if (reason === 'content-filter' && parts.length === 0) {
    const { category, explanation } = details ?? {};
    const why = explanation === undefined ? '' : `: ${explanation}`;
    return new LlmError('content-filter', `${target} blocked the request before it answered${why}`, {
      target,
      code: category,
    });
  }
  if (!MUST_HAVE_CONTENT.has(reason) || !isEmptyAnswer(parts)) return undefined;
  return new LlmError('empty', `${target} finished with "${reason}" and no content`, { target });
}
