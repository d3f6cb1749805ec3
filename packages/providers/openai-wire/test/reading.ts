import { LlmError, type AssistantPart, type JsonObject, type ModelEvent, type Replay } from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { EventWriter } from '@majordomo/wire-kit';
import { expect } from 'vitest';
import { ChatReader } from '../src/chat/stream.ts';

/** Family of the model. */
export const FAMILY = 'chat-reasoning@http://here#p';
/** Replay token of its plain reasoning. */
export const replay: Replay = { family: FAMILY, data: null };
export const DONE = '[DONE]';

export const reader = (): ChatReader =>
  new ChatReader({
    writer: new EventWriter('p/m', { collects: true }),
    family: FAMILY,
    quirks: { reasoningTokens: 'inside' },
  });

export interface Read {
  readonly events: readonly ModelEvent[];
  readonly parts: readonly AssistantPart[];
  readonly finish: Extract<ModelEvent, { type: 'finish' }> | undefined;
}

export function eventsOf(read: Pick<ChatReader, 'writer'>): Read {
  const events = read.writer.take();
  const finish = events.find((event) => event.type === 'finish');
  if (finish !== undefined) expect(eventOrderError(events)).toBeUndefined();
  return {
    events,
    parts: events.flatMap((event) => (event.type === 'part-end' ? [event.part] : [])),
    finish,
  };
}

/** Reads the messages of a complete stream. Objects are chunks. */
export function stream(...messages: readonly (object | string)[]): Read {
  const read = reader();
  for (const message of messages)
    read.readMessage(typeof message === 'string' ? message : JSON.stringify(message), undefined);
  if (!read.done) read.end();
  return eventsOf(read);
}

/** Reads a non-streaming body. */
export function readBody(body: unknown): Read {
  const read = reader();
  read.readBody(body);
  return eventsOf(read);
}

/** Returns a chunk. */
export const delta = (members: object, finish: string | null = null): object => ({
  id: 'r1',
  choices: [{ index: 0, delta: members, finish_reason: finish }],
});
export const stop: object = delta({}, 'stop');
export const call = (index: number | undefined, members: object): object =>
  delta({ tool_calls: [{ index, ...members }] });
export const part = (id: string, name: string, args: JsonObject): AssistantPart => ({
  type: 'tool-call',
  id,
  name,
  args,
});

/** Returns the LlmError that `run` throws. */
export function failureOf(run: () => unknown): LlmError {
  try {
    run();
  } catch (error) {
    if (LlmError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
