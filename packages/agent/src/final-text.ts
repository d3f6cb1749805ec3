import { LlmError, type FinishReason, type StreamEvent } from '@majordomo/core';
import type { AgentEvent, Emit } from './event.ts';

/** Returns a listener that passes the selected text events to `emit`. Throws `config` for an invalid `text`. */
export function filterText(text: 'all' | 'final', emit: Emit): Emit {
  switch (text) {
    case 'all':
      return emit;
    case 'final':
      return finalText(emit);
    default:
      throw new LlmError('config', `text must be 'all' or 'final', not ${JSON.stringify(text)}`);
  }
}

/**
 * Returns a listener that passes only the text of the last step to `emit`. The text of a step is buffered until the step ends,
 * because tool calls may follow the text. Other events pass immediately. The run waits for a slow reader.
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

/** Whether a step with this finish reason ends the run. A truncated or refused step ends the run even if it has tool calls. */
const isLast = (reason: FinishReason, hasCalls: boolean): boolean =>
  ENDS.has(reason) || (!hasCalls && reason !== 'incomplete');

const ENDS: ReadonlySet<FinishReason> = new Set<FinishReason>(['length', 'refusal', 'content-filter']);

function emitAll(events: readonly AgentEvent[], emit: Emit): void | Promise<void> {
  return events.map((event) => emit(event)).findLast((told) => told !== undefined);
}

function isText(told: StreamEvent): boolean {
  if (told.type === 'text-delta') return true;
  return (told.type === 'part-start' || told.type === 'part-end') && told.part.type === 'text';
}
