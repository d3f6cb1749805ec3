import { isDeepStrictEqual } from 'node:util';
import type { Collected } from '@majordomo/testing';

/** Result of a call as the caller sees it. Excludes usage, which may arrive after the finish event. */
const seen = ({ parts, finish, rawFinish, error }: Collected): object => ({
  parts,
  finish,
  rawFinish,
  error: error && { kind: error.kind, message: error.message },
});

/** Whether two results are equal, including replay data. */
export const isSame = (a: Collected, b: Collected): boolean => isDeepStrictEqual(seen(a), seen(b));

const shown = ({ events }: Collected): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

/**
 * Returns the problem of a call whose body ended early. Returns `undefined` if the result is the same, or if the call failed
 * with `truncated` and showed only content of the complete response, with no incomplete tool call.
 */
export function wrongWith(cut: Collected, whole: Collected): string | undefined {
  if (cut.error === undefined) return isSame(cut, whole) ? undefined : 'another answer, as if it were whole';
  if (cut.error.kind !== 'truncated' && cut.error.kind !== whole.error?.kind)
    return `kind "${cut.error.kind}": ${cut.error.message}`;
  if (cut.finish !== undefined) return 'a finish, and then an error';
  if (!shown(whole).startsWith(shown(cut))) return 'a text that the whole answer does not begin with';
  const strange = cut.toolCalls.find(
    (call) => !whole.toolCalls.some((other) => isDeepStrictEqual(other, call)),
  );
  return strange === undefined ? undefined : `a call that was never made: ${JSON.stringify(strange)}`;
}
