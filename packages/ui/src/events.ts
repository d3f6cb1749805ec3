import type { AgentEvent, AgentStream, RunResult } from '@majordomo/agent';
import type { RunEvent } from '@majordomo/agent/durable';
import type {
  ChatResponse,
  ChatStream,
  Message,
  StreamEvent,
  ToolCallPart,
  ToolResultPart,
} from '@majordomo/core';
import type { UiEvents } from './types.ts';

/** Event of a response of a chat, an agent or a durable run. */
export type UiEvent =
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'model'; readonly event: StreamEvent }
  | { readonly type: 'tool-end'; readonly result: ToolResultPart }
  | { readonly type: 'step-end'; readonly response: ChatResponse }
  /** The process of a durable run died; the step starts again. */
  | { readonly type: 'restart'; readonly step: number }
  | { readonly type: 'missed' };

/** Complete result of the response. `undefined` for a watched run without `UiOptions.durable`. */
export type SourceResult =
  | { readonly kind: 'chat'; readonly response: ChatResponse }
  | { readonly kind: 'agent'; readonly run: RunResult }
  | { readonly kind: 'durable'; readonly messages: readonly Message[] }
  | { readonly kind: 'waiting'; readonly calls: readonly ToolCallPart[] }
  | undefined;

const isChat = (events: UiEvents): events is ChatStream => 'response' in events;
const isAgent = (events: UiEvents): events is AgentStream => 'result' in events;

/** Source of the events of a response. */
export interface Source {
  readonly isStopped: boolean;
  /** Returns the next event; `undefined` at the end and after a stop. Rejects with the error of the source. */
  next(): Promise<UiEvent | undefined>;
  /** Ends the source, which closes the connection to the vendor. */
  stop(): void;
  /** Returns the result after the end. Rejects after a failure or a stop. */
  result(): Promise<SourceResult>;
}

/** Reads events of any source. `stop` ends the source immediately, even while `next` is pending. */
export class EventSource implements Source {
  isStopped = false;
  private readonly events: UiEvents;
  /** Events that precede the next one of the source. */
  private readonly first: UiEvent[];
  private iterator: AsyncIterator<StreamEvent | AgentEvent | RunEvent> | undefined;
  private stopWaiting = (): void => undefined;

  /** @param steps number of steps that the message already has; used for chats, whose events have no step numbers */
  constructor(events: UiEvents, steps: number) {
    this.events = events;
    this.first = isChat(events) ? [{ type: 'step', step: steps + 1 }] : [];
  }

  async next(): Promise<UiEvent | undefined> {
    for (;;) {
      if (this.isStopped) return undefined;
      const event = this.first.shift() ?? (await this.read());
      if (event !== 'ignored') return event;
    }
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.stopWaiting();
    try {
      this.open()
        .return?.()
        .catch(() => undefined);
    } catch {
      // `next` has already reported this failure.
    }
  }

  async result(): Promise<SourceResult> {
    if (isChat(this.events)) return { kind: 'chat', response: await this.events.response() };
    if (isAgent(this.events)) return { kind: 'agent', run: await this.events.result() };
    return undefined;
  }

  private open(): AsyncIterator<StreamEvent | AgentEvent | RunEvent> {
    const iterable: AsyncIterable<StreamEvent | AgentEvent | RunEvent> = this.events;
    this.iterator ??= iterable[Symbol.asyncIterator]();
    return this.iterator;
  }

  private async read(): Promise<UiEvent | 'ignored' | undefined> {
    const next = this.open().next();
    const result = await new Promise<Awaited<typeof next> | undefined>((resolve, reject) => {
      this.stopWaiting = () => {
        resolve(undefined);
      };
      next.then(resolve, reject);
    });
    if (result === undefined || result.done === true) return undefined;
    return isChat(this.events)
      ? { type: 'model', event: result.value as StreamEvent }
      : eventOf(result.value as AgentEvent | RunEvent);
  }
}

function eventOf(event: AgentEvent | RunEvent): UiEvent | 'ignored' {
  switch (event.type) {
    case 'event':
      return eventOf(event.event);
    case 'reset':
      return { type: 'restart', step: event.step };
    case 'step-start':
      return { type: 'step', step: event.step };
    case 'model':
    case 'tool-end':
    case 'step-end':
    case 'missed':
      return event;
    case 'tool-start':
    case 'warning':
      return 'ignored';
    default:
      return event satisfies never;
  }
}
