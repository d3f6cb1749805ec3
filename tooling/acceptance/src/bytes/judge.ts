import { isDeepStrictEqual } from 'node:util';
import type { Collected } from '@majordomo/testing';

/** Result of a call as the caller sees it. Excludes usage, which may arrive after the finish event. */
const visibleResult = ({ parts, finish, rawFinish, error }: Collected): object => ({
  parts,
  finish,
  rawFinish,
  error: error && { kind: error.kind, message: error.message },
});

/** Whether two results are equal, including replay data. */
export const isSame = (a: Collected, b: Collected): boolean =>
  isDeepStrictEqual(visibleResult(a), visibleResult(b));

const visibleText = ({ events }: Collected): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

/**
 * Returns the problem of a call whose body ended early. Returns `undefined` if the result is the same, or if the call failed
 * with `truncated` and showed only content of the complete response, with no incomplete tool call.
 */
export function truncationProblem(cut: Collected, complete: Collected): string | undefined {
  if (cut.error === undefined)
    return isSame(cut, complete) ? undefined : 'a different response without an error';
  if (cut.error.kind !== 'truncated' && cut.error.kind !== complete.error?.kind)
    return `kind "${cut.error.kind}": ${cut.error.message}`;
  if (cut.finish !== undefined) return 'a finish event before the error';
  if (!visibleText(complete).startsWith(visibleText(cut)))
    return 'text that is not at the start of the complete response';
  const unexpectedCall = cut.toolCalls.find(
    (call) => !complete.toolCalls.some((other) => isDeepStrictEqual(other, call)),
  );
  return unexpectedCall === undefined
    ? undefined
    : `a tool call that is not in the complete response: ${JSON.stringify(unexpectedCall)}`;
}
