import type { Capabilities } from '../types/target.ts';
import { type TurnMessage, user } from '../types/messages.ts';
import type { Warning } from '../types/response.ts';

/** Message that asks a model to continue a turn. A constant, because wires cache converted messages by identity. */
const CONTINUE = user('Continue.');

/**
 * Appends a message that asks the model to continue, if the history ends with text of a model and this model accepts no prefill.
 * Such a history is a turn that another vendor paused, whose last parts this model cannot read.
 */
export function continuePausedTurn(
  messages: readonly TurnMessage[],
  { prefill }: Capabilities,
  target: string,
): { readonly messages: readonly TurnMessage[]; readonly warnings: readonly Warning[] } {
  const last = messages.at(-1);
  if (prefill !== false || last?.role !== 'assistant' || last.parts.at(-1)?.type !== 'text')
    return { messages, warnings: [] };
  const why = `${target} accepts no prefill; a message asks it to continue`;
  return {
    messages: [...messages, CONTINUE],
    warnings: [{ action: 'emulated', what: 'continuation of a paused turn', why }],
  };
}
