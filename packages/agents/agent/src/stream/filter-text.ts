import { LlmError, type FinishReason, type StreamEvent } from '@majordomo/core';
import type { AgentEvent, Emit } from './event.ts';

/** Returns a listener that passes events to `emit`. `text` selects the text events. Throws `config` for an invalid `text`. */
export function filterText(text: 'all' | 'final', emit: Emit): Emit {
  switch (text) {
    case 'all':
      return emit;
    case 'final':
      return finalText(emit);
    default:
      throw new LlmError('config', `stream: text must be 'all' or 'final', not ${JSON.stringify(text)}`);
  }
}

/**
 * Returns a listener that passes only the last step's text to `emit`. The text of a step is buffered until the step ends, because
 * tool calls may follow the text. Events other than text pass immediately. The run waits for a slow reader.
 */
function finalText(emit: Emit): Emit {
  let buffered: AgentEvent[] = [];
  let hasCalls = false;
  return (event) => {
    if (event.type !== 'model') return emit(event);
    const modelEvent = event.event;
    if (modelEvent.type === 'start' || modelEvent.type === 'reset') {
      buffered = [];
      hasCalls = false;
    }
    if (isText(modelEvent)) {
      buffered.push(event);
      return undefined;
    }
    hasCalls ||= isCall(modelEvent);
    if (modelEvent.type !== 'finish' || !isLast(modelEvent.reason, hasCalls)) return emit(event);
    // The reader of a stream ends all delays at the same time, so the last one is enough.
    return [...buffered.splice(0), event].map(emit).findLast((delay) => delay !== undefined);
  };
}

/** Whether a step with this finish reason ends the run. A truncated or refused step ends the run even if it has tool calls. */
const isLast = (reason: FinishReason, hasCalls: boolean): boolean =>
  ENDS.has(reason) || (!hasCalls && reason !== 'incomplete');

const ENDS: ReadonlySet<FinishReason> = new Set<FinishReason>(['length', 'refusal', 'content-filter']);

/** Whether the event begins a tool call, or contains a call that waits for the client, which has no other event. */
const isCall = (event: StreamEvent): boolean =>
  (event.type === 'part-start' && event.part.type === 'tool-call') ||
  (event.type === 'part-end' && event.part.type === 'vendor-call');

function isText(event: StreamEvent): boolean {
  if (event.type === 'text-delta') return true;
  return (event.type === 'part-start' || event.type === 'part-end') && event.part.type === 'text';
}
