import type { AssistantMessage, Message, StreamEvent } from '@majordomo/core';
import { ChunkEncoder } from './chunks.ts';
import type { UiEvent } from './events.ts';
import type { UiMessageChunk, UiOptions } from './types.ts';

/** Returns the chunks of the steps that a continued message already has. */
export function shownChunks(options: UiOptions): UiMessageChunk[] {
  const { input } = options;
  if (input === undefined || input.steps === 0) return [];
  const { run, decisions } = input;
  const messages: readonly Message[] =
    'pending' in run ? [...run.messages, { role: 'tool', parts: run.results }] : run;
  const encoder = new ChunkEncoder(options);
  const events = turnEvents(messages, 0);
  const answered = decisions.flatMap((decision) => ('result' in decision ? [decision] : []));
  return [
    ...events.flatMap((event) => encoder.event(event)),
    // The agent emits no event for a result that the page sent.
    ...answered.map(({ callId, result }) => ({
      type: 'tool-output-available',
      toolCallId: callId,
      output: result,
    })),
  ];
}

/** Returns the events of the last turn after a step, with the results of that step. */
export function turnEvents(messages: readonly Message[], after: number): UiEvent[] {
  const events: UiEvent[] = [];
  let step = 0;
  for (const message of messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1)) {
    if (message.role === 'assistant') step++;
    if (message.role === 'assistant' && step > after) events.push(...stepEvents(message, step));
    if (message.role === 'tool' && step >= after && step > 0)
      events.push(...message.parts.map((result) => ({ type: 'tool-end', result }) as const));
  }
  return events;
}

/** Returns the events of a complete step. */
export function stepEvents({ parts }: AssistantMessage, step: number): UiEvent[] {
  const model = parts.flatMap((part, at): StreamEvent[] => {
    // Start above the indexes that the page may already show for other parts of the step.
    const index = 1_000 + at;
    const end = { type: 'part-end', index, part } as const;
    if (part.type === 'vendor') return [end];
    if (part.type === 'tool-call') {
      const { type, id, name } = part;
      return [{ type: 'part-start', index, part: { type, id, name } }, end];
    }
    const { type, text } = part;
    return [{ type: 'part-start', index, part: { type } }, { type: `${type}-delta`, index, text }, end];
  });
  return [{ type: 'step', step }, ...model.map((event) => ({ type: 'model', event }) as const)];
}
