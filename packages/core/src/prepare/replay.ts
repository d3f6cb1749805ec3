import type { AssistantMessage, TurnMessage } from '../contract/message.ts';
import type { AssistantPart } from '../contract/part.ts';
import type { Warning } from '../contract/response.ts';
import { isUnchanged, valuesOf } from '../contract/unchanged.ts';
import { currentFamily } from './families.ts';
import { isReadable } from './history.ts';

/**
 * Keeps only the tokens that this model can read. Reasoning without a readable token goes as a whole, and so does what ran at
 * the vendor: no vendor takes another's, and its text is nobody else's to see.
 */
export function dropForeignReplay(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): { readonly messages: readonly TurnMessage[]; readonly warnings: readonly Warning[] } {
  if (messages.every((message) => isReadable(message, families))) return { messages, warnings: [] };
  const kept = messages.map((message): TurnMessage =>
    message.role !== 'assistant' || isReadable(message, families) ? message : stripped(message, families),
  );
  return { messages: kept, warnings: warningsFor(messages, families, target) };
}

function warningsFor(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): readonly Warning[] {
  const lost = messages
    .flatMap((message) => (message.role === 'assistant' ? message.parts : []))
    .filter((part) => {
      const [left] = readable(part, families);
      return left === undefined || (left.replay === undefined && part.replay !== undefined);
    });
  const isOfTool = ({ type }: AssistantPart): boolean => type === 'vendor';
  return [
    ...(lost.every(isOfTool)
      ? []
      : [dropped('replay of foreign reasoning', `${target} cannot read ${TOKENS}`)]),
    ...(lost.some(isOfTool) ? [dropped('what ran at another vendor', `${target} cannot read it`)] : []),
  ];
}

const TOKENS = "what another model's reasoning or its tokens say";
const dropped = (what: string, why: string): Warning => ({ action: 'dropped', what, why });

/** By what can be read, and then by the turn: a wire that gets the same object again need not convert it again. */
const known = new WeakMap<readonly string[], WeakMap<AssistantMessage, Stripped>>();

interface Stripped {
  readonly left: AssistantMessage;
  /** What the turn held then. */
  readonly values: readonly unknown[];
}

function stripped(message: AssistantMessage, families: readonly string[]): AssistantMessage {
  const before = known.get(families) ?? new WeakMap<AssistantMessage, Stripped>();
  known.set(families, before);
  const found = before.get(message);
  if (found !== undefined && isUnchanged(message, found.values)) return found.left;
  const parts = message.parts.flatMap((part) => readable(part, families));
  const left: AssistantMessage = { role: 'assistant', parts };
  before.set(message, { left, values: valuesOf(message) });
  return left;
}

function readable(part: AssistantPart, families: readonly string[]): readonly AssistantPart[] {
  const { replay } = part;
  if (replay !== undefined) {
    const family = currentFamily(replay.family);
    if (families.includes(family))
      return [family === replay.family ? part : { ...part, replay: { ...replay, family } }];
  }
  if (part.type === 'reasoning' || part.type === 'vendor') return [];
  if (part.replay === undefined) return [part];
  const { replay: _foreign, ...rest } = part;
  return [rest];
}
