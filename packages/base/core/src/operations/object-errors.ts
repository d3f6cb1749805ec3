import { describeIssues } from '../schema/to-json-schema.ts';
import { type ErrorIssue, LlmError, type PartialResponse } from '../types/llm-error.ts';
import type { ChatResponse } from '../types/response.ts';
import { truncateText } from '../util/bytes.ts';

/** Maximum number of characters of a rejected answer in `details.body`. `details.partial` contains the complete answer. */
const MAX_BODY = 2000;

/** Returns an error for an answer that another round cannot repair, or `undefined` for any other answer. */
export function unfinishedError(response: ChatResponse): LlmError | undefined {
  const { target, finish, toolCalls, attempts } = response;
  const details = { target, attempts, partial: partialOf(response) };
  switch (finish) {
    case 'length':
      return new LlmError(
        'truncated',
        `${target} reached its limit of tokens before the end; raise maxTokens`,
        details,
      );
    case 'incomplete':
      return new LlmError('truncated', `${target} paused before the end of its answer (${finish})`, details);
    case 'content-filter':
    case 'refusal':
      return new LlmError('content-filter', `${target} refused to answer (${finish})`, {
        ...details,
        code: finish,
      });
    default:
      break;
  }
  if (toolCalls.length === 0) return undefined;
  const names = toolCalls.map(({ name }) => name).join(', ');
  return new LlmError('invalid-output', `${target} called tools instead of answering: ${names}`, details);
}

/** Returns the error of an answer that does not match the schema. */
export function schemaMismatchError(response: ChatResponse, issues: readonly ErrorIssue[]): LlmError {
  const { target, text, attempts } = response;
  const body = text.length > MAX_BODY ? `${truncateText(text, MAX_BODY)}…` : text;
  const message = `${target} gave an answer that does not fit the schema: ${describeIssues(issues)}`;
  return new LlmError('invalid-output', message, {
    target,
    attempts,
    partial: partialOf(response),
    issues,
    body,
  });
}

/** Returns a rejected answer for the details of its error. */
export const partialOf = ({ id, target, parts, text, usage }: ChatResponse): PartialResponse => ({
  id,
  target,
  parts,
  text,
  usage,
});
