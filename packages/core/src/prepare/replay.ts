import type { AssistantMessage, TurnMessage } from '../model/message.ts';
import type { AssistantPart } from '../model/part.ts';
import type { Warning } from '../model/response.ts';

/**
 * Keeps only the tokens that this model can read. Reasoning without a readable token goes as a whole: no vendor takes
 * another's, and its text is nobody else's to see.
 */
export function dropForeignReplay(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): { readonly messages: readonly TurnMessage[]; readonly warnings: readonly Warning[] } {
  const kept = mapChanged(messages, (message) => {
    if (message.role !== 'assistant') return message;
    const parts = message.parts.flatMap((part) => readable(part, families));
    if (parts.length === message.parts.length && parts.every((part, at) => part === message.parts[at]))
      return message;
    return { role: 'assistant', parts } satisfies AssistantMessage;
  });
  if (kept === messages) return { messages, warnings: [] };
  const why = `${target} cannot read what another model's reasoning or its tokens say`;
  return { messages: kept, warnings: [{ action: 'dropped', what: 'replay of foreign reasoning', why }] };
}

function readable(part: AssistantPart, families: readonly string[]): readonly AssistantPart[] {
  if (part.replay !== undefined && families.includes(part.replay.family)) return [part];
  if (part.type === 'reasoning') return [];
  if (part.replay === undefined) return [part];
  const { replay: _foreign, ...rest } = part;
  return [rest];
}

/** The same array when nothing changed: caches downstream know messages by identity. */
function mapChanged<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const mapped = items.map(change);
  return mapped.every((item, at) => item === items[at]) ? items : mapped;
}
