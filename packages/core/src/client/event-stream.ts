import { type Ending, PulledStream, type Source } from '../stream/pulled-stream.ts';
import type { Clock } from '../types/call-options.ts';
import type { StreamEvent } from '../types/events.ts';
import { LlmError } from '../types/llm-error.ts';
import type { ChatStream } from '../types/majordomo.ts';
import type { ChatResponse } from '../types/response.ts';

interface EventStreamOptions {
  readonly clock: Clock;
  readonly unreadMs: number;
  /** Whether content that was read may have to be discarded. */
  readonly mayRestart: boolean;
}

/** Stream of the events of a chat, or of its text alone. */
export class EventStream extends PulledStream<StreamEvent, ChatResponse> implements ChatStream {
  private readonly mayRestart: boolean;

  constructor(
    begin: (onEnd: (ending: Ending<ChatResponse>) => void) => Source<StreamEvent>,
    { clock, unreadMs, mayRestart }: EventStreamOptions,
  ) {
    super(begin, clock, unreadMs);
    this.mayRestart = mayRestart;
  }

  get textStream(): AsyncIterable<string> {
    if (this.mayRestart)
      throw new LlmError(
        'config',
        "textStream is not available with afterCommit 'restart', which may replace text; read the events instead",
      );
    // The generator's own `return` would wait for the next event.
    return Object.assign(textOf(this), { return: () => this.return() });
  }
}

async function* textOf(events: AsyncIterable<StreamEvent>): AsyncGenerator<string, undefined> {
  for await (const event of events) {
    if (event.type === 'text-delta') yield event.text;
    // The answer begins again, but text that was read cannot be taken back.
    else if (event.type === 'reset') throw event.error;
  }
  return undefined;
}
