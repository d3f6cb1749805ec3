import { type Ending, PulledStream, type Source } from '../stream/pulled-stream.ts';
import type { Clock } from '../types/call-options.ts';
import type { StreamEvent } from '../types/events.ts';
import { LlmError } from '../types/llm-error.ts';
import type { ChatStream } from '../types/majordomo.ts';
import type { ChatResponse } from '../types/response.ts';

/** How a stream is read. */
interface Reading {
  readonly clock: Clock;
  readonly unreadMs: number;
  /** May what was read be taken back? */
  readonly restarts: boolean;
}

/** The events of a chat, or their text alone. */
export class EventStream extends PulledStream<StreamEvent, ChatResponse> implements ChatStream {
  private readonly restarts: boolean;

  constructor(
    begin: (onEnd: (ending: Ending<ChatResponse>) => void) => Source<StreamEvent>,
    { clock, unreadMs, restarts }: Reading,
  ) {
    super(begin, clock, unreadMs);
    this.restarts = restarts;
  }

  get textStream(): AsyncIterable<string> {
    if (this.restarts)
      throw new LlmError(
        'config',
        "textStream cannot take text back: with afterCommit 'restart' read the events",
      );
    // A generator that waits for its next event would leave only after it.
    return Object.assign(texts(this), { return: () => this.return() });
  }
}

async function* texts(events: AsyncIterable<StreamEvent>): AsyncGenerator<string, undefined> {
  for await (const event of events) {
    if (event.type === 'text-delta') yield event.text;
    // Where an answer cannot continue it begins again: what was read cannot be taken back.
    else if (event.type === 'reset') throw event.error;
  }
  return undefined;
}
