import { PROFILE_SIDES } from './profiles.ts';
import { CHAT_SIDES, MAIN_SIDES, SIDES, WORKERS_AI, type Side } from './wires.ts';

export type NamedSide = readonly [name: string, side: Side];

/** One side for each API. */
const API_SIDES = [...SIDES, WORKERS_AI].map((side): NamedSide => [side.wire.name, side]);

/** All sides between which a conversation can move. */
export const HANDOFF_SIDES: readonly NamedSide[] = [...API_SIDES, ...CHAT_SIDES, ...PROFILE_SIDES];

const API_NAMES = new Set(API_SIDES.map(([name]) => name));
const MAIN_NAMES = new Set(MAIN_SIDES.map(({ wire }) => wire.name));

/**
 * Returns the sides to which the tests move a conversation of a side: from each API to each API, and from and to each vendor with
 * one of the APIs to and from the main sides. With SOAK=1, as in the nightly run, to all sides.
 */
export function receiversOf(from: string): readonly NamedSide[] {
  if (process.env['SOAK'] !== undefined || MAIN_NAMES.has(from)) return HANDOFF_SIDES;
  const names = API_NAMES.has(from) ? API_NAMES : MAIN_NAMES;
  return HANDOFF_SIDES.filter(([name]) => names.has(name));
}
