import { LlmError, type FinishReason, type StreamEvent } from '@majordomo/core';
import type { AgentEvent, Emit } from './event.ts';

/** What of the texts is told; throws `config` for a word that is none. */
export function filterText(text: 'all' | 'final', emit: Emit): Emit {
  switch (text) {
    case 'all':
      return emit;
    case 'final':
      return finalText(emit);
    default:
      throw new LlmError('config', `text is ${JSON.stringify(text)}: say 'all' or 'final'`);
  }
}

/**
 * Tells the text of the last step alone. What a model says next to its calls is known as such only when they come, so that a
 * step's text waits for its end; all other events pass as they come. A reader who is slow holds the run back as before.
 */
function finalText(emit: Emit): Emit {
  let held: AgentEvent[] = [];
  let hasCalls = false;
  return (event) => {
    if (event.type !== 'model') return emit(event);
    const told = event.event;
    if (told.type === 'start' || told.type === 'reset') {
      held = [];
      hasCalls = false;
    }
    if (isText(told)) {
      held.push(event);
      return undefined;
    }
    hasCalls ||= told.type === 'part-start' && told.part.type === 'tool-call';
    if (told.type !== 'finish' || !isLast(told.reason, hasCalls)) return emit(event);
    const all = [...held, event];
    held = [];
    return emitAll(all, emit);
  };
}

/** Does a step end the run that ends so? One that was cut or refused does, whatever was called in it. */
const isLast = (reason: FinishReason, hasCalls: boolean): boolean =>
  ENDS.has(reason) || (!hasCalls && reason !== 'incomplete');

const ENDS: ReadonlySet<FinishReason> = new Set<FinishReason>(['length', 'refusal', 'content-filter']);

/** Only a reader who has fallen behind makes the others wait. */
function emitAll(events: readonly AgentEvent[], emit: Emit): void | Promise<void> {
  return events.map((event) => emit(event)).findLast((told) => told !== undefined);
}

function isText(told: StreamEvent): boolean {
  if (told.type === 'text-delta') return true;
  return (told.type === 'part-start' || told.type === 'part-end') && told.part.type === 'text';
}
