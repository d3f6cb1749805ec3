import { LlmError, type StreamEvent } from '@majordomo/core';
import { responseEvents, type Ending, type Source } from '@majordomo/core/toolkit';

/** Stream of a model. */
export interface RecordedStream<Event, Response> extends AsyncIterable<Event> {
  response(): Promise<Response>;
}

/** Stored response or error, or a live stream with the promise that records its ending. */
type Opened<Event, Response> =
  | { readonly response: Response; readonly events: readonly Event[] }
  | { readonly error: Error }
  | {
      readonly upstream: RecordedStream<Event, Response>;
      readonly end: { resolve(response: Response): void; reject(error: unknown): void };
      /** Settles when the ending is recorded. */
      readonly recorded: Promise<unknown>;
    };

/** Source of a stream that is replayed, or read from a model and recorded. */
export class RecordedSource<Event, Response> implements Source<Event> {
  private readonly onEnd: (ending: Ending<Response>) => void;
  private readonly begin: () => Promise<Opened<Event, Response>>;
  private opened: Promise<Opened<Event, Response>> | undefined;
  private iterator: AsyncIterator<Event> | undefined;
  private hasReplayed = false;

  /** Receives the work that continues after the reader has left. */
  private readonly onLeave: (work: Promise<void>) => void;

  constructor(
    onEnd: (ending: Ending<Response>) => void,
    {
      begin,
      onLeave,
    }: {
      readonly begin: () => Promise<Opened<Event, Response>>;
      readonly onLeave: (work: Promise<void>) => void;
    },
  ) {
    this.onEnd = onEnd;
    this.begin = begin;
    this.onLeave = onLeave;
  }

  async pull(): Promise<readonly Event[] | undefined> {
    const opened = await (this.opened ??= this.begin());
    if ('upstream' in opened) return this.pullLive(opened);
    const isFirst = !this.hasReplayed;
    this.hasReplayed = true;
    if ('error' in opened) {
      const partial = LlmError.is(opened.error) ? opened.error.details.partial : undefined;
      if (isFirst && partial !== undefined)
        return responseEvents(partial) as readonly (Event & StreamEvent)[];
      throw opened.error;
    }
    if (isFirst) return opened.events;
    this.onEnd({ result: opened.response });
    return undefined;
  }

  abandon(why: string): void {
    this.onLeave(this.leave(why));
  }

  private async leave(why: string): Promise<void> {
    const opened = await this.opened?.catch(() => undefined);
    if (opened !== undefined && 'upstream' in opened) {
      await this.iterator?.return?.();
      await this.finish(opened).catch(() => undefined);
      await opened.recorded;
    } else if (opened !== undefined && 'response' in opened) this.onEnd({ result: opened.response });
    else this.onEnd({ error: new LlmError('aborted', why, { code: 'abandoned' }) });
  }

  private async pullLive(
    opened: Extract<Opened<Event, Response>, { upstream: unknown }>,
  ): Promise<readonly Event[] | undefined> {
    this.iterator ??= opened.upstream[Symbol.asyncIterator]();
    const next = await this.iterator.next().catch(() => undefined);
    if (next?.done === false) return [next.value];
    await this.finish(opened);
    return undefined;
  }

  /** Reports the ending of the live stream. Throws its error. */
  private async finish({
    upstream,
    end,
  }: Extract<Opened<Event, Response>, { upstream: unknown }>): Promise<void> {
    try {
      const result = await upstream.response();
      end.resolve(result);
      this.onEnd({ result });
    } catch (error) {
      end.reject(error);
      this.onEnd({ error });
      throw error;
    }
  }
}
