import { string, type Fields } from './fields.ts';
import type { Notes } from './notes.ts';

/** Maximum length of an end user's identifier that vendors accept, in characters. */
const MAX_LENGTH = 64;

/** Returns the end user's identifier in a member. Drops one that is longer than vendors accept, with a warning. */
export function identifierOf(owner: Fields, member: string, notes: Notes): string | undefined {
  const identifier = owner.optional(member, string);
  if (identifier === undefined || identifier === '') return undefined;
  if (identifier.length <= MAX_LENGTH) return identifier;
  notes.dropped(owner.pathOf(member), `vendors accept at most ${MAX_LENGTH} characters`);
  return undefined;
}
