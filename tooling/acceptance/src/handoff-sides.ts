import { PROFILE_SIDES } from './profiles.ts';
import { CHAT_SIDES, MAIN_SIDES, SIDES, WORKERS_AI, type Side } from './wires.ts';

export type NamedSide = readonly [name: string, side: Side];

/** One side for each API. */
const API_SIDES = [...SIDES, WORKERS_AI].map((side): NamedSide => [side.wire.name, side]);

/** All sides between which a conversation can move. */
export const HANDOFF_SIDES: readonly NamedSide[] = [...API_SIDES, ...CHAT_SIDES, ...PROFILE_SIDES];

const API_NAMES = new Set(API_SIDES.map(([name]) => name));
const [OPENAI_CHAT, ANTHROPIC] = MAIN_SIDES.map(({ wire }) => wire.name);

/**
 * Returns the sides to which the tests move a conversation of a side: from each API to each API, from Anthropic to each vendor, and
 * from each vendor to OpenAI's Chat Completions. Because each conversation returns, a vendor and these two exchange messages in both
 * directions. With SOAK=1, as in the nightly run, to all sides.
 */
export function receiversOf(from: string): readonly NamedSide[] {
  if (process.env['SOAK'] !== undefined || from === ANTHROPIC) return HANDOFF_SIDES;
  return HANDOFF_SIDES.filter(([name]) => (API_NAMES.has(from) ? API_NAMES.has(name) : name === OPENAI_CHAT));
}
