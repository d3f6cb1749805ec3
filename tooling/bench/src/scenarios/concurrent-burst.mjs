import { text } from '../server/scripts.mjs';
import { check } from './scenario.mjs';

export const STREAMS = 100;
export const DELTAS = 200;

/** So many streams, begun at once, read to their ends. */
export async function burst({ streamText }, { streams = STREAMS, deltas = DELTAS } = {}) {
  const expected = text(deltas);
  for (const answer of await Promise.all(Array.from({ length: streams }, () => streamText())))
    check(answer, expected);
}
