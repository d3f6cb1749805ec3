import { isDeepStrictEqual } from 'node:util';
import type { Collected } from '@majordomo/testing';

/** What a caller sees of a call, usage aside: it may come after the finish. */
const seen = ({ parts, finish, rawFinish, error }: Collected): object => ({
  parts,
  finish,
  rawFinish,
  error: error && { kind: error.kind, message: error.message },
});

/** Is it the same, token for token? */
export const isSame = (a: Collected, b: Collected): boolean => isDeepStrictEqual(seen(a), seen(b));

const shown = ({ events }: Collected): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

/**
 * What is wrong with a body that ended too early: `undefined` where it gave the same answer, or said that it was
 * truncated and showed nothing that the whole one does not, no half of a tool call above all.
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
