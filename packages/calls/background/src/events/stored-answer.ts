import {
  fromJson,
  toJson,
  type Attempt,
  type ChatResponse,
  type JsonObject,
  type JsonValue,
  type ModelEvent,
  type StreamEvent,
  type ToolCallPart,
} from '@majordomo/core';
import { responseEvents } from '@majordomo/core/toolkit';
import { CanonicalParts, type StreamedPart } from './canonical-parts.ts';
import type { EventLog } from './event-log.ts';

/**
 * Answer as JSON. `streamed` lists, by position, the parts whose events cannot be derived from the message. An example is a text
 * whose deltas differ from the complete text.
 */
export interface StoredAnswer {
  readonly response: JsonObject;
  readonly streamed: { readonly [index: number]: StreamedPart };
}

/** Events that readers of a job have received before it ended without an answer, without warnings. */
export interface StoredEvents {
  /** Number of the leg, from 1. */
  readonly leg: number;
  readonly events: JsonValue;
}

/** Returns the events of a log as JSON, or `undefined` if it has none. */
export function storedEvents({ leg, events }: EventLog): StoredEvents | undefined {
  const counted = events.filter(({ type }) => type !== 'warning');
  return counted.length === 0 ? undefined : { leg, events: toJson(counted) };
}

/** Returns a response as JSON, without its attempts and without the members that its message contains. */
export function storedAnswer(response: ChatResponse, streamed: StoredAnswer['streamed']): StoredAnswer {
  const { attempts: _attempts, parts: _parts, text: _text, toolCalls: _calls, ...others } = response;
  return { response: toJson(others) as JsonObject, streamed };
}

/** Returns a stored response with the attempts of all legs. */
export function responseOf({ response }: StoredAnswer, attempts: readonly Attempt[]): ChatResponse {
  const stored = fromJson<Omit<ChatResponse, 'attempts' | 'parts' | 'text' | 'toolCalls'>>(response);
  const { parts } = stored.message;
  return {
    ...stored,
    // A response always has these members, and JSON omits them if they are undefined.
    id: stored.id,
    rawFinish: stored.rawFinish,
    usage: stored.usage,
    parts,
    text: parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    toolCalls: parts.filter((part): part is ToolCallPart => part.type === 'tool-call'),
    attempts,
  };
}

/** Returns the canonical events of a stored answer. */
export function answerEvents(answer: StoredAnswer): readonly StreamEvent[] {
  const response = responseOf(answer, []);
  const canonical = new CanonicalParts();
  const events = responseEvents(response).flatMap((event): readonly StreamEvent[] => {
    if (event.type === 'start') return [];
    if (event.type === 'warning') return [event];
    if (event.type === 'finish') return [...canonical.end(), event];
    return canonical.push(withStreamed(event, answer.streamed));
  });
  return [startEvent(response.target, response.id), ...events];
}

/** Returns the first event of a leg. It has only members that a stored answer also has. */
export const startEvent = (target: string, id: string | undefined): StreamEvent => ({
  type: 'start',
  target,
  id,
});

/** Returns the last event of a response. */
export function finishEvent(response: ChatResponse): StreamEvent {
  const finish = responseEvents(response).findLast(({ type }) => type === 'finish');
  if (finish === undefined) throw new TypeError('the events of a response have no finish');
  return finish;
}

/**
 * Replaces the head and the text of an event by those that were streamed. Each part has one delta (`responseEvents`), so the
 * event gets the complete text.
 */
function withStreamed(event: ModelEvent, streamed: StoredAnswer['streamed']): ModelEvent {
  if (!('index' in event)) return event;
  const { text, isRefusal } = streamed[event.index] ?? {};
  if (event.type === 'part-start' && event.part.type === 'text' && isRefusal === true)
    return { type: 'part-start', index: event.index, part: { type: 'text', isRefusal } };
  const isText = event.type === 'text-delta' || event.type === 'reasoning-delta';
  return isText && text !== undefined ? { ...event, text } : event;
}
