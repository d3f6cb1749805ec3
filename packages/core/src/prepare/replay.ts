import type { AssistantMessage, TurnMessage } from '../contract/message.ts';
import type { AssistantPart } from '../contract/part.ts';
import type { Warning } from '../contract/response.ts';
import { isUnchanged, valuesOf } from '../contract/unchanged.ts';
import { isReadable } from './history.ts';

/**
 * Keeps only the tokens that this model can read. Reasoning without a readable token goes as a whole: no vendor takes
 * another's, and its text is nobody else's to see.
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
  const why = `${target} cannot read what another model's reasoning or its tokens say`;
  return { messages: kept, warnings: [{ action: 'dropped', what: 'replay of foreign reasoning', why }] };
}

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
  if (part.replay !== undefined && families.includes(part.replay.family)) return [part];
  if (part.type === 'reasoning') return [];
  if (part.replay === undefined) return [part];
  const { replay: _foreign, ...rest } = part;
  return [rest];
}
