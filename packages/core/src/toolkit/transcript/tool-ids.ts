import { fnv1a } from '../../bytes/fnv.ts';
import type { TurnMessage } from '../../contract/message.ts';

/** What a wire accepts as a tool call's id. */
export interface ToolIdRule {
  readonly maxLength: number;
  /** Matches a whole id. */
  readonly pattern: RegExp;
}

/**
 * The function from the transcript's call ids to ids that a wire accepts. Ids that fit are kept; the others get a
 * name derived from the id alone, so that every turn, process and replay gives the same one; a clash is numbered.
 */
export function toolIds(messages: readonly TurnMessage[], rule: ToolIdRule): (id: string) => string {
  const fits = (id: string): boolean => id.length <= rule.maxLength && rule.pattern.test(id);
  if (everyCallId(messages, fits)) return asGiven;
  const given = new Map<string, string>();
  const taken = new Set<string>();
  const ids = messages.flatMap((message) => (message.role === 'assistant' ? callIds(message) : []));
  for (const id of ids) if (fits(id)) taken.add(id);
  for (const id of ids) {
    if (fits(id) || given.has(id)) continue;
    let name = derived(id, rule.maxLength, 0);
    for (let round = 1; taken.has(name); round++) name = derived(id, rule.maxLength, round);
    taken.add(name);
    given.set(id, name);
  }
  return (id) => given.get(id) ?? id;
}

/** For wires that take any id, and histories whose every id fits. */
export const asGiven = (id: string): string => id;

/** Asked of the whole history at every call: it makes nothing. */
function everyCallId(messages: readonly TurnMessage[], fits: (id: string) => boolean): boolean {
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const part of message.parts) if (part.type === 'tool-call' && !fits(part.id)) return false;
  }
  return true;
}

const callIds = (message: Extract<TurnMessage, { role: 'assistant' }>): string[] =>
  message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Letters and digits only, at most 24: what every known wire takes; 9 where the rule is 9. */
function derived(id: string, maxLength: number, round: number): string {
  let name = '';
  for (let seed = 0; name.length < Math.min(maxLength, 24); seed++) name += block(`${round}:${seed}:${id}`);
  return name.slice(0, Math.min(maxLength, 24));
}

/** Six base-36 digits. */
function block(text: string): string {
  let digits = '';
  for (let rest = fnv1a(text), i = 0; i < 6; i++, rest = Math.floor(rest / 36))
    digits += ALPHABET.charAt(rest % 36);
  return digits;
}
