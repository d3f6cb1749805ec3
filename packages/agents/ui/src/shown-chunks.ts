import type { AssistantMessage, Message } from '@majordomo/core';
import { asToolResult, responseEvents } from '@majordomo/core/toolkit';
import { ChunkEncoder } from './chunks.ts';
import type { UiEvent } from './events.ts';
import { lastTurnOf } from './steps.ts';
import type { UiMessageChunk, UiOptions } from './types.ts';

/** Returns the chunks of the steps that a continued message already contains. */
export function shownChunks(options: UiOptions): UiMessageChunk[] {
  const { input } = options;
  if (input === undefined || input.steps === 0) return [];
  const { run, decisions } = input;
  const messages: readonly Message[] =
    'pending' in run ? [...run.messages, { role: 'tool', parts: run.results }] : run;
  const encoder = new ChunkEncoder(options);
  const answered = decisions.flatMap((decision) => ('result' in decision ? [decision] : []));
  return [
    ...turnEvents(messages, 0).flatMap((event) => encoder.event(event)),
    // The agent emits no event for a result that the page sent.
    ...answered.map(({ callId, result }) => ({
      type: 'tool-output-available',
      toolCallId: callId,
      output: result,
    })),
  ];
}

/** Returns the events of the last turn after the step `after`, including the results of that step. */
export function turnEvents(messages: readonly Message[], after: number): UiEvent[] {
  let step = 0;
  return lastTurnOf(messages).flatMap((message): UiEvent[] => {
    if (message.role === 'assistant') {
      step++;
      return step > after ? stepEvents(message, step) : [];
    }
    const isAfterStep = step > 0 && step >= after;
    if (message.role !== 'tool' || !isAfterStep) return [];
    return message.parts.map((part) => ({ type: 'tool-end', result: asToolResult(part) }));
  });
}

/** Returns the events of a complete step. */
export function stepEvents({ parts }: AssistantMessage, step: number): UiEvent[] {
  // A page receives only the parts, so the other members have no values.
  const response = { id: undefined, target: '', parts, text: '', usage: undefined };
  const events = responseEvents(response).map((event): UiEvent => ({ type: 'model', event }));
  return [{ type: 'step-start', step }, ...events];
}
