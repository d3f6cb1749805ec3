import { fromJson, LlmError, toJson } from '@majordomo/core';
import { asRecord, isRecord } from '@majordomo/core/toolkit';
import type { AgentEvent } from '../stream/event.ts';
import { errorFromJson, errorToJson } from '../state/failure.ts';

/**
 * Metadata of a channel message. `attempt`: id of the execution of the run in one process. `began`: start of the attempt, in ms since
 * 1970. `batch`: number of the message, from 0. `isOver`: whether the run has ended, so that no message follows.
 */
export interface ChannelMessageHead {
  readonly runId: string;
  readonly attempt: string;
  readonly began: number;
  readonly batch: number;
  readonly step: number;
  readonly isOver: boolean;
}

/** Channel message with events of one step. */
export interface ChannelMessage extends ChannelMessageHead {
  readonly events: readonly AgentEvent[];
}

/** Returns an event as JSON, without the causes of errors. */
export const eventJson = (event: AgentEvent): string =>
  JSON.stringify(toJson(withErrors(event, errorToJson)));

/** Returns the event with each error in the event converted by `convert`. */
function withErrors(event: AgentEvent, convert: (error: LlmError) => unknown): object {
  if (event.type === 'model' && 'error' in event.event)
    return { ...event, event: { ...event.event, error: convert(event.event.error) } };
  if (event.type !== 'step-end') return event;
  const attempts = event.response.attempts.map((attempt) => ({
    ...attempt,
    error: attempt.error && convert(attempt.error),
  }));
  return { ...event, response: { ...event.response, attempts } };
}

/** Returns a channel message as text. `events` are already serialized as JSON. */
export const channelText = (head: ChannelMessageHead, events: readonly string[]): string =>
  `{"head":${JSON.stringify(head)},"events":[${events.join(',')}]}`;

/** Parses a channel message without its incomplete events. Returns `undefined` for any other text and for a message of another run. */
export function parseChannelMessage(text: string, runId: string): ChannelMessage | undefined {
  const { head, events } = parseJson(text);
  if (!isHead(head) || head.runId !== runId || !Array.isArray(events)) return undefined;
  return {
    ...head,
    events: events.filter(isEvent).map((event) => withErrors(event, errorOrUnknown) as AgentEvent),
  };
}

function parseJson(text: string): { readonly head?: unknown; readonly events?: unknown } {
  try {
    // `Object` turns JSON that is not an object, such as `null`, into an object without these members.
    return Object(fromJson(JSON.parse(text))) as object;
  } catch {
    return {};
  }
}

function isHead(value: unknown): value is ChannelMessageHead {
  const { runId, attempt, began, batch, step, isOver } = Object(value) as Partial<ChannelMessageHead>;
  return (
    typeof runId === 'string' &&
    typeof attempt === 'string' &&
    [began, batch, step].every(Number.isFinite) &&
    typeof isOver === 'boolean'
  );
}

/** Whether the value is an event with the members that `withErrors` reads. */
function isEvent(value: unknown): value is AgentEvent {
  const { type, event, response } = asRecord(value);
  if (type === 'model') return isRecord(event);
  if (type !== 'step-end') return typeof type === 'string';
  const { attempts } = asRecord(response);
  return Array.isArray(attempts) && attempts.every(isRecord);
}

const errorOrUnknown = (failure: unknown): LlmError =>
  errorFromJson(failure) ?? new LlmError('network', 'the event contains an incomplete error');
