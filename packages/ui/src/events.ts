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

const isChat = (events: UiEvents): events is ChatStream => 'response' in events;
const isAgent = (events: UiEvents): events is AgentStream => 'result' in events;

/** Source of the events of a response. */
export class EventSource {
  protected isClosed = false;
  private readonly source: UiEvents;
  protected readonly input: Pick<UiInput, 'messages' | 'steps' | 'decisions'>;
  private iterator: AsyncIterator<StreamEvent | AgentEvent | RunEvent> | undefined;

  constructor(source: UiEvents, input: UiInput | undefined) {
    this.source = source;
    this.input = input ?? { messages: [], steps: 0, decisions: [] };
  }

  /** Returns the events. After `close` they may never end, because a generator cannot return while it waits. */
  async *events(): AsyncGenerator<UiEvent, void> {
    const { source } = this;
    const read = { [Symbol.asyncIterator]: () => this.open() };
    if (isChat(source)) {
      yield { type: 'step-start', step: this.input.steps + 1 };
      for await (const event of read) yield { type: 'model', event: event as StreamEvent };
      yield { type: 'step-end', response: await source.response() };
    } else {
      for await (const event of read as AsyncIterable<AgentEvent | RunEvent>)
        yield event.type === 'event' ? event.event : event;
    }
  }

  /** Closes the connection to the vendor immediately, even while an event is pending. */
  close(): void {
    this.isClosed = true;
    try {
      this.open()
        .return?.()
        .catch(() => undefined);
    } catch {
      // `events` reports that the source has already been read.
    }
  }

  /** Returns the result after the events have ended. Rejects after a failure, and also if a chat or agent was stopped. */
  async result(): Promise<SourceResult> {
    const { source } = this;
    const { messages } = this.input;
    if (isChat(source)) return { messages: [...messages, (await source.response()).message] };
    return isAgent(source) ? source.result() : { messages };
  }

  protected open(): AsyncIterator<StreamEvent | AgentEvent | RunEvent> {
    const iterable: AsyncIterable<StreamEvent | AgentEvent | RunEvent> = this.source;
    this.iterator ??= iterable[Symbol.asyncIterator]();
    return this.iterator;
  }
}
