import { text } from '../server/scripts.mjs';
import { check } from './scenario.mjs';

export const STREAMS = 100;
export const DELTAS = 200;

/** So many streams, begun at once, read to their ends. */
export async function burst({ streamText }) {
  const expected = text(DELTAS);
  for (const answer of await Promise.all(Array.from({ length: STREAMS }, () => streamText())))
    check(answer, expected);
}
