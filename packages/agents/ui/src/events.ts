import type { AgentEvent, AgentStream, RunState } from '@majordomo/agent';
import type { RunEvent } from '@majordomo/agent/durable';
import type { ChatStream, Message, StreamEvent, ToolCallPart } from '@majordomo/core';
import type { UiEvents, UiInput } from './types.ts';

/** Event of a response by an agent or a watched run. The events of a chat become the events of one step. */
export type UiEvent = AgentEvent | Exclude<RunEvent, { readonly type: 'event' }>;

/** Result of a source that has ended. */
export interface SourceResult {
  readonly messages: readonly Message[];
  readonly state?: RunState | undefined;
  readonly awaiting?: readonly ToolCallPart[] | undefined;
}

/** Source of the events of a response. */
export interface EventSource {
  /** Events of the source. After `close`, the iteration may never end, because a generator cannot return while it waits. */
  readonly events: AsyncGenerator<UiEvent, void>;
  /** Closes the source immediately, even while an event is pending. */
  close(): void;
  /** Returns the result after the events have ended. Rejects after a failure, and also if a chat or agent was stopped. */
  result(): Promise<SourceResult>;
}

/** Members of a client's input that event sources use; only that of a durable run uses `decisions`. */
export type SourceInput = Pick<UiInput, 'messages' | 'steps' | 'decisions'>;

/** Returns the source of the events of a chat, an agent or a watched run. */
export function eventSource(source: UiEvents, { messages, steps }: SourceInput): EventSource {
  const { read, close } = closable(source);
  async function* events(): AsyncGenerator<UiEvent, void> {
    if (isChat(source)) {
      yield { type: 'step-start', step: steps + 1 };
      for await (const event of read) yield { type: 'model', event: event as StreamEvent };
      yield { type: 'step-end', response: await source.response() };
    } else {
      for await (const event of read) yield uiEvent(event as AgentEvent | RunEvent);
    }
  }
  return {
    events: events(),
    close,
    async result() {
      if (isChat(source)) return { messages: [...messages, (await source.response()).message] };
      // A watched run stores its messages itself.
      return isAgent(source) ? source.result() : { messages };
    },
  };
}

const isChat = (events: UiEvents): events is ChatStream => 'response' in events;
const isAgent = (events: UiEvents): events is AgentStream => 'result' in events;

/** Returns an event without the envelope of a watched run. */
export const uiEvent = (event: AgentEvent | RunEvent): UiEvent =>
  event.type === 'event' ? event.event : event;

type AnyEvent = StreamEvent | AgentEvent | RunEvent;

/**
 * Returns the events of a source, which is opened at the first event, and a function that closes the source. An unread source is
 * opened to be closed, because only its iterator can end its work.
 */
export function closable(source: AsyncIterable<AnyEvent>): {
  readonly read: { [Symbol.asyncIterator](): AsyncIterator<AnyEvent> };
  readonly close: () => void;
} {
  let iterator: AsyncIterator<AnyEvent> | undefined;
  const open = (): AsyncIterator<AnyEvent> => (iterator ??= source[Symbol.asyncIterator]());
  const close = (): void => {
    try {
      open()
        .return?.()
        .catch(() => undefined);
    } catch {
      // Ignore the error, because `read` reports that the source has already been read.
    }
  };
  return { read: { [Symbol.asyncIterator]: open }, close };
}
